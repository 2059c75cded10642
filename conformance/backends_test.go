package conformance

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
	"github.com/govirtd/govirtd/internal/corpus"
)

// backendVaries is what two hosts with guests of the same documents may say differently.
var backendVaries = []variation{
	// The recorded emulator is QEMU 10.0, the machine's may be another one.
	{regexp.MustCompile(`^dumpxml`), regexp.MustCompile(`machine=(.)pc-(q35|i440fx)-\d+\.\d+`), "machine=${1}pc-$2-N"},
	{regexp.MustCompile(`^dumpxml`), regexp.MustCompile(`label>\+\d+:\+\d+<`), "label>OWNER<"},
	// Somebody else may listen on the first port.
	{regexp.MustCompile(`^dumpxml`), regexp.MustCompile(` port=(.)59\d\d`), " port=${1}59NN"},
	{regexp.MustCompile(`^(vncdisplay|domdisplay)`), regexp.MustCompile(`:\d+\n`), ":N\n"},
	{regexp.MustCompile(`^dominfo`), regexp.MustCompile(`(?m)^CPU time:.*\n`), ""},
	{regexp.MustCompile(`^vol-dumpxml`), regexp.MustCompile(`(?s) *<timestamps>.*</timestamps>\n`), ""},
	// The columns are as wide as the folder's name is long.
	{regexp.MustCompile(``), regexp.MustCompile(`-{5,}`), "-----"},
	{regexp.MustCompile(``), regexp.MustCompile(` {2,}`), "  "},
	{regexp.MustCompile(``), regexp.MustCompile(` +\n`), "\n"},
}

// TestBackends tells the same story to qemu:///system over real and over simulated guests. Every step is answered alike,
// or its difference has a reason and is still there; and both tell the same events.
func TestBackends(t *testing.T) {
	t.Parallel()
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	if os.Getuid() != 0 {
		lab.Missing(t, "root, to be qemu:///system")
	}
	lab.Tool(t, "qemu-system-x86_64")
	virsh := lab.NativeVirsh(t)
	start := func(flags ...string) *lab.Daemon {
		dir := lab.TempDir(t)
		if err := os.Chmod(dir, 0o755); err != nil { // guests run as somebody else
			t.Fatal(err)
		}
		return lab.StartIn(t, dir, flags...)
	}
	daemons := []*lab.Daemon{start("--qemu", "real", "--qemu-user", "nobody"), start("--qemu", "simulated")}
	roots := []string{rootOf(daemons[0]), ""}
	var events [2]lab.Log
	for i, d := range daemons {
		cmd := virsh.Command(context.Background(), d.WorkDir, "-c", "qemu+unix:///system?socket="+d.Socket(), "event", "--all", "--loop")
		cmd.Stdout = &events[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		d.Slow(t)
	}
	time.Sleep(300 * time.Millisecond) // virsh does not say when it listens

	known, told := storyDifferences(t, "backends-differences.txt"), map[string]int{}
	steps := storySteps(t, "backends.steps")
	equal, differ := 0, 0
	for _, s := range steps {
		var got [2]transcript.Answer
		var both sync.WaitGroup
		for i, d := range daemons {
			both.Go(func() {
				a := masked(d, s.Step, tellStep(t, d, virsh, s), backendVaries)
				if roots[i] != "" {
					a.Stdout, a.Stderr = strings.ReplaceAll(a.Stdout, roots[i], ""), strings.ReplaceAll(a.Stderr, roots[i], "")
				}
				got[i] = a
			})
		}
		both.Wait()
		name := s.Step
		if told[s.Step]++; told[s.Step] > 1 {
			name = fmt.Sprintf("%s #%d", s.Step, told[s.Step])
		}
		reason, expected := known[name]
		delete(known, name)
		switch same := got[0] == got[1]; {
		case got[0].Exit == lab.GaveUp || got[1].Exit == lab.GaveUp:
			t.Errorf("%s: no answer\n%s%s", name, spelt(got[0]), spelt(got[1]))
		case same && expected:
			t.Errorf("%s: there is no difference any more (%s)", name, reason)
		case same:
			equal++
		case expected:
			differ++
		default:
			t.Errorf("%s: real - and simulated + differ\n%s", name, corpus.Diff(strings.Split(spelt(got[0]), "\n"), spelt(got[1])))
		}
	}
	for name, reason := range known {
		t.Errorf("%s is no step (%s)", name, reason)
	}
	if real, simulated := lifecycleOf(events[0].String()), lifecycleOf(events[1].String()); real != simulated || real == "" {
		t.Errorf("events of real guests\n%sof simulated ones\n%s", real, simulated)
	}
	progress("real and simulated guests: %d of %d steps equal, %d different for a reason", equal, len(steps), differ)
}

// spelt is an answer as text.
func spelt(a transcript.Answer) string {
	return fmt.Sprintf("exit %d\n%s%s", a.Exit, a.Stdout, a.Stderr)
}

// lifecycleOf are the events of the lives of guests.
func lifecycleOf(text string) (out string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "event 'lifecycle'") {
			out += line
		}
	}
	return out
}
