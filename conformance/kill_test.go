package conformance

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	killTimes = flag.Int("kill.times", 12, "how often the kill test kills the daemon")
	killSeed  = flag.Uint64("kill.seed", 0, "seed of the kill test, 0 for another one each time")
)

// TestKill kills the daemon with SIGKILL at random moments, while clients change the domains of five guests that run all
// the time and others that come and go, and while the daemon starts. The next daemon must know all that was
// acknowledged, and have every guest that was there: the same process, with the same id, in the state it was in.
func TestKill(t *testing.T) {
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	t.Parallel()
	lab.Emulator(t)
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	k := &killing{T: t, dir: lab.RealDir(t), rand: rand.New(rand.NewPCG(seed, 0))}
	t.Logf("seed %d", seed)
	k.cast(seed)
	k.start()
	k.begin()
	began := time.Now()
	crashes := 0
	for i := range *killTimes {
		k.kill(i)
		for k.rand.IntN(4) == 0 && i > 0 {
			// the daemon that would find everything does not get that far
			lab.Crash(t, k.dir, time.Duration(k.rand.IntN(120))*time.Millisecond)
			crashes++
		}
		k.start()
		k.verify()
		if t.Failed() {
			t.Fatalf("seed %d, kill %d\n%s", seed, i, k.d.Log)
		}
	}
	k.end()
	done, hit := k.keeping.done, k.keeping.hit
	for _, s := range k.stories {
		for name, n := range s.done {
			done[name] += n
		}
		for name, n := range s.hit {
			hit[name] += n
		}
	}
	progress("%d kills and %d more of daemons that were starting, in %v\nacknowledged: %v\nunder way when it was killed: %v",
		*killTimes, crashes, time.Since(began).Round(time.Second), table(done), table(hit))
}

// table shows counts by name.
func table(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

// killing is one run of the test.
type killing struct {
	*testing.T
	dir     string
	rand    *rand.Rand
	d       *lab.Daemon
	stories []*story
	keeping *keeping
	marks   [8]int
	base    string // what the images of all guests stand on
}

// cast decides who tells what: two clients have the five guests that stay, one has domains that are hardly started, one
// those that come and go; a fifth has objects of other kinds.
func (k *killing) cast(seed uint64) {
	n := 0
	qemuImg := lab.Tool(k, "qemu-img")
	k.base = filepath.Join(k.dir, "base")
	command(k.T, qemuImg, "create", "-q", "-f", "qcow2", k.base, "8M")
	k.give(k.base)
	for i, part := range []struct {
		domains int
		calm    bool
	}{{3, true}, {2, true}, {4, false}, {2, false}} {
		k.marks[i] = 1_000_000 * i // nothing is marked twice
		s := &story{root: filepath.Join(k.dir, "r"), rand: rand.New(rand.NewPCG(seed, uint64(i+1))), marks: &k.marks[i],
			done: map[string]int{}, hit: map[string]int{}}
		for range part.domains {
			n++
			d := &kept{uuid: tinyUUID(n), calm: part.calm, now: known{name: fmt.Sprint("guest", n), state: vir.DomainShutoff, id: -1},
				image: filepath.Join(k.dir, fmt.Sprint("image", n))}
			command(k.T, qemuImg, "create", "-q", "-f", "qcow2", "-b", k.base, "-F", "qcow2", d.image)
			k.give(d.image)
			s.subjects = append(s.subjects, d)
		}
		k.stories = append(k.stories, s)
	}
	k.keeping = newKeeping(rand.New(rand.NewPCG(seed, 100)))
}

// start starts the daemon and connects to it.
func (k *killing) start() {
	k.d = lab.StartReal(k, k.dir, "--log-level", "warn")
}

// begin starts the five guests.
func (k *killing) begin() {
	c := connected(k, k.d)
	for _, s := range k.stories {
		for _, d := range s.subjects {
			for _, name := range []string{"define", "start"} {
				if !d.calm {
					continue
				}
				m := &moves[slices.IndexFunc(moves, func(m move) bool { return m.name == name })]
				if err := s.step(c, d, m); err != nil {
					k.Fatalf("%s of '%s': %v\n%s", name, d.now.name, err, k.d.Log)
				}
			}
		}
	}
}

// end ends all guests, after which nothing is left of them.
func (k *killing) end() {
	c := connected(k, k.d)
	for _, s := range k.stories {
		for _, d := range s.subjects {
			if !d.now.active() {
				continue
			}
			answer(k, c, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: rp.Domain{Name: d.now.name, UUID: d.uuid}})
			if os.Getuid() == 0 {
				if got := owner(k.T, d.image); got != fmt.Sprintf("%d:%d", stranger, stranger) {
					k.Errorf("in the end, %s belongs to %s", d.image, got)
				}
			}
		}
	}
	if os.Getuid() == 0 {
		if got := owner(k.T, k.base); got != fmt.Sprintf("%d:%d", stranger, stranger) {
			k.Errorf("in the end, %s belongs to %s", k.base, got)
		}
	}
	for _, pattern := range []string{"r/run/libvirt/qemu/*.xml", "r/run/libvirt/qemu/*.images", "r/var/lib/libvirt/qemu/domain-*"} {
		if left, _ := filepath.Glob(filepath.Join(k.dir, pattern)); len(left) > 0 {
			k.Errorf("left are %v", left)
		}
	}
	// What was being written is written over the next time, and does not pile up.
	for _, dir := range []string{"r/etc/libvirt/qemu", "r/run/libvirt/qemu"} {
		if left, _ := filepath.Glob(filepath.Join(k.dir, dir, "*.new*")); len(left) > 2*11 {
			k.Errorf("left are %v", left)
		}
	}
}

// kill lets the clients talk and kills the daemon in the midst of it.
func (k *killing) kill(i int) {
	var clients sync.WaitGroup
	for _, s := range k.stories {
		c := connected(k, k.d)
		clients.Go(func() {
			if err := s.run(c); err != nil {
				k.Error(err)
			}
			c.Close()
		})
	}
	c := connected(k, k.d)
	clients.Go(func() {
		if err := k.keeping.run(c); err != nil {
			k.Error(err)
		}
		c.Close()
	})
	most := 400
	if i%6 == 5 {
		most = 10
	}
	time.Sleep(time.Duration(k.rand.IntN(1000*most)) * time.Microsecond)
	k.d.Kill()
	clients.Wait()
	for _, s := range k.stories {
		for _, d := range s.subjects {
			if d.doing != "" {
				s.hit[d.doing]++
			}
		}
	}
	if k.Failed() {
		k.Fatalf("kill %d\n%s", i, k.d.Log)
	}
}

// verify compares what a new daemon, the processes and the files say with what must be.
func (k *killing) verify() {
	k.Helper()
	c := connected(k, k.d)
	defer c.Close()
	running := map[string]lab.Process{} // what must run, by UUID
	for _, s := range k.stories {
		for _, d := range s.subjects {
			seen, err := d.seen(c)
			if err == nil && d.doing == "destroy" && seen.active() {
				// Its process may be about to end. That it ends is asked for once more, and then certain.
				_, err = ask(c, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: rp.Domain{Name: d.now.name, UUID: d.uuid}})
				if n := code(err); n == vir.ErrOperationInvalid || n == vir.ErrNoDomain {
					err = nil
				}
				if err == nil {
					seen, err = d.seen(c)
				}
			}
			if err == nil {
				err = d.judge(seen)
			}
			if err != nil {
				k.Errorf("'%s' after %q: %v", d.now.name, d.doing, err)
				continue
			}
			k.take(s, d, seen)
			if !d.now.active() {
				continue
			}
			running[uuidText(d.uuid)] = d.now.process
			want := map[vir.DomainState]string{vir.DomainRunning: "running", vir.DomainPaused: "paused"}[seen.state]
			if seen.state == vir.DomainPaused && seen.reason == int32(vir.DomainPausedStartingUp) {
				want = "prelaunch"
			}
			if is, err := truth(c, rp.Domain{Name: seen.name, UUID: d.uuid, ID: seen.id}); err != nil || is != want && (want != "paused" || is != "prelaunch") {
				k.Errorf("'%s' is %s for the daemon and %q for its emulator, %v", d.now.name, want, is, err)
			}
		}
	}
	for _, err := range k.keeping.verify(c) {
		k.Error(err)
	}
	k.processes(running)
	k.files()
	k.owners()
}

// take makes what was seen what is known.
func (k *killing) take(s *story, d *kept, seen known) {
	if seen.name == "" {
		seen.name = d.now.name
	}
	seen.process = d.now.process
	if !seen.active() {
		seen.process = lab.Process{}
	}
	d.now, d.doing = seen, ""
	if seen.active() && seen.process.PID == 0 {
		d.now.process = s.process(d)
	}
}

// processes compares the emulators that run with those that must.
func (k *killing) processes(want map[string]lab.Process) {
	k.Helper()
	var got map[string][]lab.Process
	same := func() bool {
		got = map[string][]lab.Process{}
		for _, p := range lab.Guests(k.dir) {
			uuid := ""
			if at := slices.Index(p.Args, "-uuid"); at >= 0 {
				uuid = p.Args[at+1]
			}
			got[uuid] = append(got[uuid], lab.Process{PID: p.PID, Started: p.Started})
		}
		if len(got) != len(want) {
			return false
		}
		for uuid, p := range want {
			if l := got[uuid]; len(l) != 1 || l[0].PID != p.PID || l[0].Started != p.Started {
				return false
			}
		}
		return true
	}
	// what was killed as the daemon started may still be there
	if !eventually(5*time.Second, same) {
		k.Errorf("emulators are %v, want %v", got, want)
	}
}

// stranger is whom images belong to that no guest has.
const stranger = 12345

// give makes a file the stranger's, where that is possible.
func (k *killing) give(path string) {
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chown(path, stranger, stranger); err != nil {
		k.Fatal(err)
	}
}

// owners looks whose the images are: those of guests, and what these stand on, belong to the user that guests run as,
// and all others to whom they have belonged before.
func (k *killing) owners() {
	k.Helper()
	if os.Getuid() != 0 {
		return
	}
	them, err := user.Lookup(lab.GuestUser())
	if err != nil {
		k.Fatal(err)
	}
	theirs, before := guestIDs(k.T, them), fmt.Sprintf("%d:%d", stranger, stranger)
	check := func(path, want string) {
		if got := owner(k.T, path); got != want {
			k.Errorf("%s belongs to %s, want %s", path, got, want)
		}
	}
	check(k.base, theirs) // five guests have it
	for _, s := range k.stories {
		for _, d := range s.subjects {
			if d.now.active() {
				check(d.image, theirs)
			} else {
				check(d.image, before)
			}
		}
	}
}

// files looks at what the daemon has written: all of it is whole, and nothing is of a domain that is not there.
func (k *killing) files() {
	k.Helper()
	var defined, active, marked []string
	for _, s := range k.stories {
		for _, d := range s.subjects {
			if d.now.defined {
				defined = append(defined, d.now.name+".xml")
			}
			if d.now.autostart {
				marked = append(marked, d.now.name+".xml")
			}
			if d.now.active() {
				active = append(active, d.now.name+".xml")
			}
		}
	}
	if err := errors.Join(whole(filepath.Join(k.dir, "r/etc")), whole(filepath.Join(k.dir, "r/run"))); err != nil {
		k.Error(err)
	}
	for _, of := range []struct {
		dir  string
		want []string
	}{{"etc/libvirt/qemu", defined}, {"etc/libvirt/qemu/autostart", marked}, {"run/libvirt/qemu", active}} {
		var got []string
		paths, err := filepath.Glob(filepath.Join(k.dir, "r", of.dir, "*.xml"))
		if err != nil {
			k.Fatal(err)
		}
		for _, path := range paths {
			got = append(got, filepath.Base(path))
		}
		slices.Sort(of.want)
		if slices.Sort(got); !slices.Equal(got, of.want) {
			k.Errorf("in %s are %v, want %v", of.dir, got, of.want)
		}
	}
}

// whole reads all documents below a folder.
func whole(dir string) error {
	return filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(path, ".xml") {
			if err = wellFormed(path); err != nil {
				err = fmt.Errorf("%s: %w", path, err)
			}
		}
		return err
	})
}

// wellFormed reads a document to its end.
func wellFormed(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	dec, elements := xml.NewDecoder(f), 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && elements > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if _, ok := token.(xml.StartElement); ok {
			elements++
		}
	}
}

func uuidText(u rp.UUID) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
