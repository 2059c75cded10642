package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

// equalAtLeast is how many of the domain and host entries must be equal to the recording, for each client.
const equalAtLeast = 300

// TestTranscript runs the recorded list with both versions of virsh.
func TestTranscript(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]func(testing.TB) *lab.Virsh{"native": lab.NativeVirsh, "11.3.0": lab.ChrootVirsh} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runTranscript(t, client(t))
		})
	}
}

// TestTranscriptDefault runs the recorded list in the default mode, which may do more than the reference: every entry is
// equal, or works where the reference has nothing and its command has a number in testdata/superset.txt, or follows
// from such an entry.
func TestTranscriptDefault(t *testing.T) {
	t.Parallel()
	supersets, err := transcript.LoadSupersets(filepath.Join("testdata", "superset.txt"))
	if err != nil {
		t.Fatal(err)
	}
	rec := recording(t)
	for name, client := range map[string]func(testing.TB) *lab.Virsh{"native": lab.NativeVirsh, "11.3.0": lab.ChrootVirsh} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			virsh, ours := client(t), govirtd(t)
			ours.Hold(t)
			ours.Slow(t)
			if !slices.Contains(transcript.Clients, virsh.Version) {
				lab.Missing(t, "recording for virsh %s", virsh.Version)
			}
			s := suiteOf{transcript.NewJudge(rec), &transcript.Report{Suite: "virsh-" + virsh.Version + "-default"}}
			s.judgeOf.Supersets = supersets
			for i := range rec.Entries {
				e := &rec.Entries[i]
				r := e.Recorded[virsh.Version]
				logged := ours.Log.Len()
				got := run(t, virsh, ours, e)
				if r.HostDependent != "" || slices.ContainsFunc(e.Argv, func(a string) bool { return strings.Contains(a, "mode=direct") }) {
					continue
				}
				s.judge(e, r, r.Answer, got, ours.Log.Since(logged))
			}
			verdict(t, s.report)
			for _, one := range s.report.Results {
				if one.Verdict == transcript.Superset {
					t.Logf("%s %d: %s: %s", s.report.Suite, one.N, one.Title, one.Why)
				}
			}
		})
	}
}

// runTranscript runs the list against our daemon and, entry by entry beside it, against the reference if there is one. Three
// comparisons come out of one run: ours with the recording, ours with the living reference, and the reference with
// the recording, which tells whether the suite itself is right.
func runTranscript(t *testing.T, virsh *lab.Virsh) {
	rec := recording(t)
	began := time.Now()
	ours := strict(t)
	ours.Hold(t)
	ours.Slow(t)
	var reference *lab.Daemon
	if os.Getuid() == 0 && hasReference(t) {
		reference = lab.Reference(t)
		reference.Hold(t)
		reference.Slow(t)
	}
	recorded := slices.Contains(transcript.Clients, virsh.Version)
	if !recorded && reference == nil {
		lab.Missing(t, "recording for virsh %s, or a reference to compare with", virsh.Version)
	}

	suite := "virsh-" + virsh.Version
	toRecording := suiteOf{transcript.NewJudge(rec), &transcript.Report{Suite: suite}}
	toReference := suiteOf{transcript.NewJudge(rec), &transcript.Report{Suite: suite + "-live"}}
	check := suiteOf{transcript.NewJudge(rec), &transcript.Report{Suite: suite + "-reference"}}
	for i := range rec.Entries {
		e := &rec.Entries[i]
		var got, want transcript.Answer
		var both sync.WaitGroup
		logged := ours.Log.Len()
		both.Go(func() { got = run(t, virsh, ours, e) })
		if reference != nil {
			both.Go(func() { want = run(t, virsh, reference, e) })
		}
		both.Wait()
		log := ours.Log.Since(logged)
		r := e.Recorded[virsh.Version]
		if os.Getuid() != 0 && slices.ContainsFunc(e.Argv, func(a string) bool { return strings.Contains(a, "mode=direct") }) {
			r.HostDependent = "the socket of a daemon that is not ours stands elsewhere for users"
		}
		if recorded && r.HostDependent == "" {
			toRecording.judge(e, r, r.Answer, got, log)
		} else if recorded {
			toRecording.report.Results = append(toRecording.report.Results,
				transcript.Result{N: e.N, Group: e.Group(), Verdict: transcript.LiveOnly})
		}
		if reference != nil {
			if !recorded {
				r = e.Recorded[transcript.Clients[0]] // for what may vary
			}
			toReference.judge(e, r, want, got, log)
			if recorded && r.HostDependent == "" {
				check.judge(e, r, r.Answer, want, "")
			}
		}
		if i%200 == 199 {
			progress("%s: %d of %d entries, %v", suite, i+1, len(rec.Entries), time.Since(began).Round(time.Second))
		}
	}
	if !ours.Alive() {
		t.Errorf("%s died during the run:\n%s", ours.Name, ours.Log)
	}
	if recorded {
		verdict(t, toRecording.report)
		n := toRecording.report.Count("domain", transcript.Equal) + toRecording.report.Count("host", transcript.Equal)
		if n < equalAtLeast {
			t.Errorf("%d domain and host entries are equal, want at least %d", n, equalAtLeast)
		}
	}
	if reference != nil {
		verdict(t, toReference.report)
		if n := check.report.Count("", transcript.Different); n > 0 {
			t.Errorf("the reference itself differs from its recording: %d entries", n)
			for _, f := range check.report.Failures(nil, shownFailures) {
				t.Error(f)
			}
		}
	}
}

func hasReference(t *testing.T) bool {
	_, err := os.Stat(filepath.Join(oracle(), "trixie", ".done"))
	return err == nil
}

func oracle() string {
	if dir := os.Getenv("GOVIRTD_ORACLE"); dir != "" {
		return dir
	}
	return "/var/cache/govirtd"
}

// progressThreads are commands that virsh works on in a thread of its own while the main one waits to be told that it is
// done. If the answer comes before the main thread waits, virsh hangs. It does so with every daemon; a fast one only
// makes it likelier.
var progressThreads = []string{"dump", "managedsave", "migrate", "save"}

// run is one entry with one daemon, whose slow sockets are ready; the answer comes back in the words of the recording.
func run(t *testing.T, virsh *lab.Virsh, d *lab.Daemon, e *transcript.Entry) transcript.Answer {
	for name, text := range e.Files {
		if err := os.WriteFile(filepath.Join(d.WorkDir, name), []byte(d.Text(text)), 0o644); err != nil {
			return transcript.Answer{Exit: -1, Stderr: err.Error()}
		}
	}
	place := d.Place
	name, _, _ := transcript.Command(e.Argv)
	hangs := slices.Contains(progressThreads, name)
	if hangs {
		place = d.Slow(t)
	}
	a := virsh.Run(place, e.Env, e.Stdin, place.Argv(e.Argv)...)
	if hangs && a.Exit == lab.GaveUp && e.Recorded["11.3.0"].Exit != 0 {
		// refused by virsh itself, so that the daemon's slowness does not help; what is refused can be asked again
		a = virsh.Run(place, e.Env, e.Stdin, place.Argv(e.Argv)...)
	}
	return transcript.Answer{Exit: a.Exit, Stdout: place.Recorded(a.Stdout), Stderr: place.Recorded(a.Stderr)}
}

// suiteOf is one comparison of the run.
type suiteOf struct {
	judgeOf *transcript.Judge
	report  *transcript.Report
}

func (s suiteOf) judge(e *transcript.Entry, r transcript.Recorded, want, got transcript.Answer, log string) {
	name, args, _ := transcript.Command(e.Argv)
	s.report.Results = append(s.report.Results, s.judgeOf.Judge(transcript.Case{
		N: e.N, Group: e.Group(), Command: name, Args: args,
		Comparison: transcript.Comparison{Varies: r.Varies}, Want: want, Got: got, Log: log,
	}))
}
