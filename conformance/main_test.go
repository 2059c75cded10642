package conformance

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

var subject = flag.String("subject", "govirtd", "the daemon to test: govirtd or reference (a check of the suite itself)")

func TestMain(m *testing.M) {
	code := m.Run()
	lab.Forget()
	os.Exit(code)
}

// strict starts the daemon to test in the mode that is compared with the reference.
func strict(t testing.TB) *lab.Daemon {
	t.Helper()
	if *subject == "reference" {
		return lab.Reference(t)
	}
	return lab.Start(t, lab.Strict)
}

// govirtd starts govirtd in its default mode, for what only govirtd has.
func govirtd(t testing.TB, flags ...string) *lab.Daemon {
	t.Helper()
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	return lab.Start(t, flags...)
}

// recording loads the recorded sessions.
func recording(t testing.TB) *transcript.Recording {
	t.Helper()
	r, err := transcript.Load(filepath.Join(lab.Root(), "testdata", "transcripts"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// expected loads the list of known differences. It does not apply to the suite's check of itself.
func expected(t testing.TB) transcript.Expected {
	t.Helper()
	if *subject != "govirtd" {
		return nil
	}
	e, err := transcript.LoadExpected(filepath.Join("testdata", "expected-failures.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// shownFailures is how many failures of a suite are printed in full.
const shownFailures = 12

// verdict prints a report and fails the test for whatever is not as expected.
func verdict(t *testing.T, r *transcript.Report) {
	t.Helper()
	progress("\n%s", r.Table())
	waiting := r.NotYets()
	for _, why := range slices.Sorted(maps.Keys(waiting)) {
		t.Logf("not yet, %d: %s", waiting[why], why)
	}
	for _, f := range r.Failures(expected(t), shownFailures) {
		t.Error(f)
	}
}

// progress says on the terminal how far things are. What a test logs is shown at its end, and only if it fails.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
