package conformance

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

// TestEvents runs the recorded steps, one command at a time, while one virsh per stream of events listens.
func TestEvents(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]func(testing.TB) *lab.Virsh{"native": lab.NativeVirsh, "11.3.0": lab.ChrootVirsh} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runEvents(t, client(t))
		})
	}
}

const (
	patience = 3 * time.Second       // for an event that must come
	quiet    = 60 * time.Millisecond // for events that must not: a later one still shows, at the next step
)

func runEvents(t *testing.T, virsh *lab.Virsh) {
	rec := recording(t)
	d := strict(t)
	d.Hold(t)
	d.Slow(t)
	heard := make(chan transcript.EventLine, 100)
	listening := map[string]string{} // stream to what its listener said when it could not listen
	for stream, line := range rec.Streams {
		listening[stream] = listen(t, virsh, d, stream, line, heard)
	}
	time.Sleep(quiet * 5) // a listener is connected first and registers with its next calls

	suite := &transcript.Report{Suite: "events-" + virsh.Version}
	judge := transcript.NewJudge(rec)
	for n, step := range rec.Steps {
		words := transcript.Words(step.Cmd)
		files := map[string]string{}
		for _, w := range words {
			if text, ok := rec.File(w); ok {
				files[w] = text
			}
		}
		logged := d.Log.Len()
		a := run(t, virsh, d, &transcript.Entry{Argv: append([]string{"virsh", "-c", "test+unix:///default"}, words...), Files: files})
		wanted := 0
		for _, e := range step.Events {
			if a.Exit == step.Exit && listening[e.Stream] == "" {
				wanted++ // worth waiting for
			}
		}
		events := collect(heard, wanted)
		got, want := transcript.Answer{Exit: a.Exit, Stdout: lines(events)}, transcript.Answer{Exit: step.Exit, Stdout: lines(step.Events)}
		if step.Stderr != nil || a.Exit != step.Exit || transcript.NotYetIn(a.Stderr) {
			got.Stderr = a.Stderr // recorded for steps that fail only
			if step.Stderr != nil {
				want.Stderr = *step.Stderr
			}
		}
		suite.Results = append(suite.Results, judge.Judge(transcript.Case{
			N: n, Group: (&transcript.Entry{Argv: append([]string{"virsh"}, words...)}).Group(), Command: words[0], Args: words[1:],
			Want: want, Got: got, Log: d.Log.Since(logged),
		}))
	}
	if !strings.Contains(listening["secret-lifecycle"], "this function is not supported by the connection driver: virConnectSecretEventRegisterAny") {
		t.Errorf("the listener for secrets said %q", listening["secret-lifecycle"])
	}
	for stream, said := range listening {
		if said != "" && stream != "secret-lifecycle" && !transcript.NotYetIn(said) {
			t.Errorf("the listener %s ended: %s", stream, said)
		}
	}
	verdict(t, suite)
}

var timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000`)

// listen starts a listener; it returns what the listener said if it ended at once.
func listen(t *testing.T, virsh *lab.Virsh, d *lab.Daemon, stream, line string, heard chan<- transcript.EventLine) string {
	words := transcript.Words(line)
	for i, w := range words { // the note behind the command of a stream that is refused
		if strings.HasSuffix(w, ":") {
			words = append(words[:i], strings.TrimSuffix(w, ":"))
			break
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := virsh.Command(ctx, d.WorkDir, append([]string{"-c", d.URI()}, words[1:]...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errors, err := os.Create(filepath.Join(d.WorkDir, "listener-"+stream))
	if err != nil {
		t.Fatal(err)
	}
	defer errors.Close()
	cmd.Stderr = errors
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			if text := in.Text(); strings.Contains(text, ": event ") {
				heard <- transcript.EventLine{Stream: stream, Line: timestamp.ReplaceAllString(text, "<TS>")}
			}
		}
		cmd.Wait()
	}()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-ended:
		said, _ := os.ReadFile(errors.Name())
		return fmt.Sprintf("exit %d: %s", cmd.ProcessState.ExitCode(), said)
	case <-time.After(300 * time.Millisecond):
		return ""
	}
}

// collect gathers the events of one step: as many as are wanted, and whatever else comes shortly after.
func collect(heard <-chan transcript.EventLine, want int) []transcript.EventLine {
	var events []transcript.EventLine
	for {
		wait := patience
		if len(events) >= want {
			wait = quiet
		}
		select {
		case e := <-heard:
			events = append(events, e)
		case <-time.After(wait):
			return events
		}
	}
}

// lines writes events one per line. Streams are connections of their own, so only the order within one is defined.
func lines(events []transcript.EventLine) string {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b transcript.EventLine) int { return strings.Compare(a.Stream, b.Stream) })
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%s: %s\n", e.Stream, e.Line)
	}
	return b.String()
}
