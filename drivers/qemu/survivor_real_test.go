//go:build linux

package qemu

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// daemonVariable makes the test binary a daemon that starts guests in the
// folder it names, says so, and waits to be killed.
const daemonVariable = "GOVIRTD_TEST_QEMU_DAEMON"

func TestMain(m *testing.M) {
	if dir := os.Getenv(daemonVariable); dir != "" {
		actDaemon(dir)
		return
	}
	os.Exit(m.Run())
}

const serial = "<serial type='pty'/><console type='pty'/>"

// actDaemon starts three guests: the last is never acknowledged.
func actDaemon(dir string) {
	fail := func(err error) {
		fmt.Println("error", err)
		os.Exit(1)
	}
	t := &testing.T{}
	c := testConfig(nothing{t}, dirsIn(dir))
	c.Log = nil
	b, err := New(c)
	if err != nil {
		fail(err)
	}
	for i, name := range []string{"one", "two", "lost"} {
		g, err := b.Start(context.Background(), small(nothing{t}, name, serial), drivers.StartOptions{ID: int32(i + 1), Paused: name == "two"}, func(drivers.Fact) {})
		if err != nil {
			fail(err)
		}
		s := drivers.Status{State: vir.DomainRunning, Reason: int32(vir.DomainRunningBooted), Domain: g.(*Guest).LiveDocument()}
		switch name {
		case "two":
			s.State, s.Reason = vir.DomainPaused, int32(vir.DomainPausedUser)
		case "lost":
			continue
		}
		if err := g.(*Guest).KeepStatus(s); err != nil {
			fail(err)
		}
	}
	fmt.Println("ready")
	select {}
}

// nothing is a test that only helpers look at.
type nothing struct{ testing.TB }

func (nothing) Helper() {}

func dirsIn(dir string) Dirs { return Dirs{Run: dir + "/run", Lib: dir + "/lib", Log: dir + "/log"} }

// abandoned runs a daemon that starts guests and is killed.
func abandoned(t *testing.T) Dirs {
	needQEMU(t)
	dirs := testDirs(t)
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), daemonVariable+"="+filepath.Dir(dirs.Run))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	_ = c.Process.Kill()
	_ = c.Wait()
	if line != "ready\n" {
		t.Fatalf("the daemon says %q", line)
	}
	return dirs
}

func pidOf(t *testing.T, dirs Dirs, name string) int {
	t.Helper()
	b, err := os.ReadFile(pidPath(dirs.Run, name))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestSurvivors(t *testing.T) {
	dirs := abandoned(t)
	lost := pidOf(t, dirs, "lost")
	b := newBackend(t, testConfig(t, dirs))
	list, err := b.Survivors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list, func(x, y drivers.Survivor) int { return strings.Compare(x.Domain.Name, y.Domain.Name) })
	if len(list) != 2 || list[0].Domain.Name != "one" || list[1].Domain.Name != "two" || list[0].ID != 1 || list[1].ID != 2 ||
		list[0].State != vir.DomainRunning || list[0].Reason != int32(vir.DomainRunningBooted) ||
		list[1].State != vir.DomainPaused || list[1].Reason != int32(vir.DomainPausedUser) {
		t.Fatalf("survivors %+v", list)
	}
	if err := unix.Kill(lost, 0); err == nil {
		if b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", lost)); !strings.Contains(string(b), ") Z ") {
			t.Error("the guest whose start nobody was told of lives")
		}
	}
	if _, err := os.Stat(statusPath(dirs.Run, "lost")); err == nil {
		t.Error("its status is there")
	}
	var f [2]facts
	var guests [2]*Guest
	for i := range list {
		g, err := list[i].Attach(t.Context(), f[i].notify)
		if err != nil {
			t.Fatal(err)
		}
		guests[i] = g.(*Guest)
		t.Cleanup(func() { _ = g.Destroy(context.Background(), false) })
		live := guests[i].LiveDocument()
		if !strings.HasPrefix(live.Devices.Consoles[0].TTY, "/dev/pts/") || alias(live.Devices.Serials[0].Alias) != "serial0" || live.ID != int32(i+1) {
			text, _ := domxml.FormatDomain(live, 0)
			t.Errorf("document %s", text)
		}
	}
	want(t, &f[0], drivers.Continued{})
	want(t, &f[1], drivers.Paused{Reason: vir.DomainPausedUnknown})
	if err := guests[1].Resume(t.Context()); err != nil {
		t.Error(err)
	}
	con, err := guests[0].OpenConsole(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	con.Close()
	hmp(t, guests[0], "stop")
	want(t, &f[0], drivers.Paused{Reason: vir.DomainPausedUnknown})
	if err := guests[0].Destroy(t.Context(), false); err != nil {
		t.Error(err)
	}
	want(t, &f[0], drivers.ShutDown{Detail: vir.DomainEventShutdownHost, Destroyed: true})
	// One that ends by itself is told of.
	if err := guests[1].proc.signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	f[1].wait(t, drivers.Gone{Failed: true})
	if left, _ := filepath.Glob(dirs.Run + "/*.*"); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

// TestSurvivorsMeanwhile has guests to which something has happened while no
// daemon was there.
func TestSurvivorsMeanwhile(t *testing.T) {
	dirs := abandoned(t)
	one, two := pidOf(t, dirs, "one"), pidOf(t, dirs, "two")
	if err := unix.Kill(one, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(two, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Kill(two, unix.SIGKILL) })
	c := testConfig(t, dirs)
	c.Times = Times{Query: 200 * time.Millisecond, Verb: 300 * time.Millisecond}
	b := newBackend(t, c)
	list, err := b.Survivors(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("survivors %+v, %v", list, err)
	}
	for _, s := range list {
		f := &facts{}
		begun := time.Now()
		g, err := s.Attach(t.Context(), f.notify)
		if s.Domain.Name == "one" {
			if err == nil {
				t.Error("a dead guest was found")
			}
			if _, err := os.Stat(statusPath(dirs.Run, "one")); err == nil {
				t.Error("its status is there")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begun); d > 2*time.Second {
			t.Errorf("attaching to a stopped process has taken %v", d)
		}
		want(t, f) // nothing is known to have changed
		if err := g.(*Guest).Pause(t.Context()); err == nil {
			t.Error("a stopped process has answered")
		}
		if err := unix.Kill(two, unix.SIGCONT); err != nil {
			t.Fatal(err)
		}
		f.wait(t, drivers.Paused{Reason: vir.DomainPausedUnknown})
		if err := g.(*Guest).Resume(t.Context()); err != nil {
			t.Error(err)
		}
		if err := g.Destroy(t.Context(), false); err != nil {
			t.Error(err)
		}
	}
}

// TestStrays has status files that are of no use, and a process that has none.
func TestStrays(t *testing.T) {
	dirs := abandoned(t)
	one, two := pidOf(t, dirs, "one"), pidOf(t, dirs, "two")
	for name, text := range map[string]string{
		"empty": "", "noxml": "<domstatus", "nodomain": "<domstatus pid='77'/>", "nopid": "<domstatus state='running'><domain type='qemu'></domain></domstatus>",
		"init": "<domstatus state='running' pid='1'><domain type='qemu' id='1'><name>x</name></domain></domstatus>",
	} {
		if err := os.WriteFile(statusPath(dirs.Run, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A number that is another process's by now.
	b, err := os.ReadFile(statusPath(dirs.Run, "one"))
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(b), fmt.Sprintf("pid='%d'", one), fmt.Sprintf("pid='%d'", os.Getpid()), 1)
	if err := os.WriteFile(statusPath(dirs.Run, "one"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(statusPath(dirs.Run, "two")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Kill(one, unix.SIGKILL) })
	back := newBackend(t, testConfig(t, dirs))
	list, err := back.Survivors(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("survivors %+v, %v", list, err)
	}
	if _, err := list[0].Attach(t.Context(), func(drivers.Fact) {}); err == nil || !strings.Contains(err.Error(), "is another one") {
		t.Errorf("error %v", err)
	}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", two)); err == nil && !strings.Contains(string(b), ") Z ") {
		t.Errorf("the process without a status lives: %s", b)
	}
}

// stands reports whether all threads of a process have stopped.
func stands(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		t.Fatalf("threads %v, %v", threads, err)
	}
	return !slices.ContainsFunc(threads, func(path string) bool {
		u, err := readUsage(path)
		return err == nil && u.state != 'T'
	})
}

// TestFullQueue has guests that stand still, and whose monitors have no room
// for another connection: they are neither given up nor out of reach.
func TestFullQueue(t *testing.T) {
	dirs := abandoned(t)
	var queue []int
	for _, name := range []string{"one", "two"} {
		pid := pidOf(t, dirs, name)
		t.Cleanup(func() { _ = unix.Kill(pid, unix.SIGKILL) })
		if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(5 * time.Second); !stands(t, pid); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the process does not stop")
			}
		}
		lib, err := filepath.Glob(dirs.Lib + "/domain-*-" + name + "/monitor.sock")
		if err != nil || len(lib) != 1 {
			t.Fatalf("monitors %v, %v", lib, err)
		}
		for n := 0; ; n++ {
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			queue = append(queue, fd)
			if err := unix.Connect(fd, &unix.SockaddrUnix{Name: lib[0]}); err == unix.EAGAIN {
				break
			} else if err != nil || n > 10 {
				t.Fatalf("connection %d: %v", n, err)
			}
		}
	}
	c := testConfig(t, dirs)
	c.Times = Times{Query: 200 * time.Millisecond}
	b := newBackend(t, c)
	list, err := b.Survivors(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("survivors %+v, %v", list, err)
	}
	type attached struct {
		guest drivers.Guest
		err   error
	}
	var done [2]chan attached
	var f [2]facts
	for i, s := range list {
		done[i] = make(chan attached, 1)
		go func() {
			g, err := s.Attach(context.Background(), f[i].notify)
			done[i] <- attached{g, err}
		}()
	}
	select {
	case a := <-done[0]:
		t.Fatalf("attached: %+v", a)
	case a := <-done[1]:
		t.Fatalf("attached: %+v", a)
	case <-time.After(2500 * time.Millisecond): // longer than a connection is tried at a time
	}
	begun := time.Now()
	if err := list[0].Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(begun); d > 2*time.Second {
		t.Errorf("ending a process that stands still has taken %v", d)
	}
	name := list[0].Domain.Name
	if left, _ := filepath.Glob(dirs.Run + "/" + name + ".*"); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	if a := <-done[0]; a.err == nil {
		t.Error("a guest that has ended was attached to")
	}
	want(t, &f[0])
	for _, fd := range queue {
		unix.Close(fd)
	}
	if err := unix.Kill(pidOf(t, dirs, list[1].Domain.Name), unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	a := <-done[1]
	if a.err != nil {
		t.Fatal(a.err)
	}
	if err := a.guest.(*Guest).Resume(t.Context()); err != nil {
		t.Error(err)
	}
	// Once it is attached to, the other way works as well.
	if err := list[1].Destroy(t.Context(), false); err != nil {
		t.Error(err)
	}
	select {
	case <-a.guest.(*Guest).over:
	default:
		t.Error("what the guest had is still there")
	}
}
