package conformance

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

// guestVaries is what differs between two daemons on one host, and from one moment to the next.
var guestVaries = []variation{
	// The columns are as wide as the folder's name is long.
	{regexp.MustCompile(``), regexp.MustCompile(`-{5,}`), "-----"},
	{regexp.MustCompile(``), regexp.MustCompile(` {2,}`), "  "},
	{regexp.MustCompile(``), regexp.MustCompile(` +\n`), "\n"},
	{regexp.MustCompile(`^dumpxml`), regexp.MustCompile(`port='59\d\d'`), "port='59NN'"},
	{regexp.MustCompile(`^(dumpxml|ttyconsole)`), regexp.MustCompile(`/dev/pts/\d+`), "/dev/pts/N"},
	{regexp.MustCompile(`^(vncdisplay|domdisplay)`), regexp.MustCompile(`(?m):\d+$`), ":N"},
	{regexp.MustCompile(`^(domstats|domblkstat|domifstat|dommemstat|cpu-stats)`), regexp.MustCompile(`\b\d+(\.\d+)?\b`), "N"},
	// On which CPU a thread was last is not for us to say.
	{regexp.MustCompile(`^vcpuinfo`), regexp.MustCompile(`(?m)^(CPU time: +|CPU: +)\d.*`), "${1}N"},
	{regexp.MustCompile(`^dominfo`), regexp.MustCompile(`(?m)^CPU time:.*`), "CPU time: N"},
	{regexp.MustCompile(`^vol-dumpxml`), regexp.MustCompile(`<(.)time>.*</.time>`), "<${1}time>N</${1}time>"},
	{regexp.MustCompile(`^qemu-monitor-command`), regexp.MustCompile(`"libvirt-\d+"`), `"libvirt-N"`},
	{regexp.MustCompile(`^domxml-to-native`), regexp.MustCompile(`"fd":"\d+"`), `"fd":"N"`},
	// the file system counts the blocks of its own bookkeeping
	{regexp.MustCompile(`^domblkinfo \S+ vda`), regexp.MustCompile(`(?m)^Allocation:.*`), "Allocation: N"},
}

// teller is one daemon that hears the story of guests, with who listens meanwhile.
type teller struct {
	*lab.Daemon
	virsh  *lab.Virsh
	root   string   // what the daemon puts in front of its places
	events *os.File // what virsh says that listens to all events
	keys   *os.File // what is typed at the console
	out    *lab.Log // what the console shows
}

// guestTeller prepares a daemon for the story: files of the guest, a listener.
func guestTeller(t *testing.T, d *lab.Daemon, virsh *lab.Virsh, root string) *teller {
	t.Helper()
	g := &teller{Daemon: d, virsh: virsh, root: root, out: &lab.Log{}}
	for _, name := range []string{"kernel", "initrd"} {
		text, err := os.ReadFile(filepath.Join(guestImage(t), name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d.WorkDir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d.Slow(t)
	var err error
	if g.events, err = os.Create(filepath.Join(d.WorkDir, "events")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.events.Close() })
	cmd := virsh.Command(context.Background(), d.WorkDir, "-c", systemURI(d), "event", "--all", "--loop")
	cmd.Stdout, cmd.Stderr = g.events, g.events
	g.background(t, cmd)
	return g
}

// guestImage is the folder with the kernel and the initrd of a guest, which is made once per machine.
func guestImage(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GOVIRTD_GUEST")
	if dir == "" {
		dir = filepath.Join(oracle(), "guest")
	}
	if out, err := exec.Command(filepath.Join("scripts", "guest-image"), dir).CombinedOutput(); err != nil {
		lab.Missing(t, "a kernel and a busybox for guests: %v\n%s", err, out)
	}
	return dir
}

// background starts a command that ends with the test.
func (g *teller) background(t *testing.T, cmd *exec.Cmd) {
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// console opens the console of a guest in the background. Stock virsh wants a terminal for it.
func (g *teller) console(t *testing.T, name string) {
	virsh := g.virsh.Command(context.Background(), g.WorkDir, "-c", systemURI(g.Daemon), "console", "--force", name)
	var line []string
	for _, word := range virsh.Args {
		line = append(line, "'"+word+"'")
	}
	cmd := exec.Command("script", "-qfec", "exec "+strings.Join(line, " "), "/dev/null")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = virsh.Dir, append(virsh.Env, "TERM=dumb"), virsh.SysProcAttr
	r, w, err := os.Pipe() // nobody may hang up on it
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, g.keys = r, g.out, w
	g.background(t, cmd)
	r.Close()
	t.Cleanup(func() { w.Close() })
}

// tell tells one step. Besides those of every story there are "console NAME", "type TEXT" and "expect N TEXT", which
// waits until the console has shown the text that often; "until PATTERN COMMAND", which asks until the answer fits;
// and "heard N TEXT", which waits for the Nth event with the text.
func (g *teller) tell(t *testing.T, s storyStep) (a transcript.Answer) {
	name, rest, _ := strings.Cut(s.Step, " ")
	const patience = 20 * time.Second // a guest boots in a few of them
	switch name {
	case "console":
		g.console(t, rest)
	case "type":
		if _, err := io.WriteString(g.keys, rest+"\n"); err != nil {
			a = transcript.Answer{Exit: 1, Stderr: err.Error()}
		}
	case "expect", "heard":
		words := transcript.Words(rest)
		n, err := strconv.Atoi(words[0])
		if err != nil {
			t.Error(s.Step)
		}
		text := strings.Join(words[1:], " ")
		seen := func() string {
			if name == "expect" {
				return g.out.String()
			}
			heard, _ := os.ReadFile(g.events.Name())
			return string(heard)
		}
		for end := time.Now().Add(patience); strings.Count(seen(), text) < n; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				return transcript.Answer{Exit: 1, Stderr: "only:\n" + seen()}
			}
		}
	case "until":
		words := transcript.Words(rest)
		pattern := words[0]
		s.Step = strings.Join(words[1:], " ")
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			a = tellStep(t, g.Daemon, g.virsh, s)
			if strings.Contains(a.Stdout, pattern) || time.Now().After(end) {
				break
			}
		}
	default:
		a = tellStep(t, g.Daemon, g.virsh, s)
	}
	if a.Exit == lab.GaveUp {
		t.Errorf("%s with %s: %s", s.Step, g.Name, a.Stderr)
	}
	a = masked(g.Daemon, s.Step, a, guestVaries)
	if g.root != "" {
		a.Stdout, a.Stderr = strings.ReplaceAll(a.Stdout, g.root, ""), strings.ReplaceAll(a.Stderr, g.root, "")
	}
	return a
}

// domainOfEvent finds whose event it was: the order of events is that of one domain. How fast a balloon is blown up, in how
// many steps, is the guest's own matter.
var domainOfEvent = regexp.MustCompile(`^event '.*?' for domain '(.*?)'`)

const balloonEvent = "event 'balloon-change'"

// heard are the events so far, in order, by domain.
func (g *teller) heard(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(g.events.Name())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if m := domainOfEvent.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, balloonEvent) {
			line = masked(g.Daemon, "", transcript.Answer{Stdout: line}, guestVaries).Stdout
			all[m[1]] = append(all[m[1]], strings.TrimSpace(line))
		}
	}
	return all
}

// TestGuestStory leads guests through their lives, from define to undefine, with libvirtd 11.3.0 and with govirtd on the same
// host and the same emulator, and compares answers, exit statuses and the order of the events of each domain.
func TestGuestStory(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		lab.Missing(t, "root, since guests run as another user")
	}
	virsh := lab.ChrootVirsh(t)
	lab.Tool(t, "script")
	lab.Tool(t, "qemu-img")
	reference := lab.Reference(t)
	base := filepath.Dir(reference.SocketDir)
	ours := lab.Beside(t, reference, "--qemu", "real")
	tellers := []*teller{
		guestTeller(t, reference, virsh, ""),
		guestTeller(t, ours, virsh, filepath.Join(base, "beside", "r")),
	}
	time.Sleep(quiet * 5) // a listener is connected first and registers with its next calls

	known := storyDifferences(t, "guest-differences.txt")
	met := map[string]int{}
	began, equal, different := time.Now(), 0, 0
	for _, s := range storySteps(t, "guest.steps") {
		var answers [2]transcript.Answer
		var both sync.WaitGroup
		for i, g := range tellers {
			both.Go(func() { answers[i] = g.tell(t, s) })
			if name, _, _ := strings.Cut(s.Step, " "); name == "start" || name == "create" {
				both.Wait() // two guests that start look for the same free port
			}
		}
		both.Wait()
		if strings.HasPrefix(s.Step, "file ") {
			continue
		}
		step := s.Step
		if met[s.Step]++; met[s.Step] > 1 {
			step += fmt.Sprintf(" #%d", met[s.Step])
		}
		reason := known[step]
		delete(known, step)
		want, got := answers[0], answers[1]
		switch diff := (transcript.Comparison{}).Diff(want, got); {
		case diff == "" && reason == "":
			equal++
		case diff == "":
			t.Errorf("%s is equal now: take it out of testdata/guest-differences.txt", step)
		case reason == "":
			t.Errorf("%s\n%s", step, diff)
		default:
			different++
			t.Logf("%s, as expected: %s\n%s", step, reason, diff)
		}
	}
	compareHeard(t, tellers[0].heard(t), tellers[1].heard(t), known)
	for step := range known {
		t.Errorf("testdata/guest-differences.txt has %q, which is no step, or no event of which there are more", step)
	}
	progress("guests: %d steps equal, %d different as expected, %v", equal, different, time.Since(began).Round(time.Millisecond))
	if log := ours.Log.String(); t.Failed() && log != "" {
		t.Logf("govirtd says:\n%s", log)
	}
}

// compareHeard compares the events of each domain, but for those that are known to come from one daemon only, or more
// often from one.
func compareHeard(t *testing.T, want, got map[string][]string, known map[string]string) {
	t.Helper()
	counted := 0
	names := map[string]bool{}
	often := map[string]int{} // by the line of the known one: how much more often the reference says it
	without := func(events []string, weight int) string {
		var kept strings.Builder
		for _, e := range events {
			counted++
			if line := "event " + e; known[line] != "" {
				often[line] += weight
			} else {
				kept.WriteString(e + "\n")
			}
		}
		return kept.String()
	}
	for _, m := range []map[string][]string{want, got} {
		for name := range m {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if diff := transcript.Unified(without(want[name], 1), without(got[name], -1)); diff != "" {
			t.Errorf("the events of %s:\n%s", name, diff)
		}
	}
	if counted < 60 {
		t.Errorf("the listeners have heard %d events only", counted)
	}
	for line, n := range often {
		if n != 0 {
			delete(known, line)
		}
	}
}
