//go:build linux

package qemu

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// The tests in files of this kind run real processes.

const emulatorPath = "/usr/bin/qemu-system-x86_64"

// needQEMU skips a test where there is no emulator, which is an error where
// all tools are expected.
func needQEMU(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(emulatorPath); err == nil {
		return
	}
	if os.Getenv("GOVIRTD_CI") != "" {
		t.Fatal(emulatorPath + " is missing")
	}
	t.Skip(emulatorPath + " is missing")
}

// emulator is what these tests need to know of the one of this host.
var emulator = sync.OnceValues(func() (*qemucaps.Emulator, error) {
	out, err := exec.Command(emulatorPath, "--version").Output()
	if err != nil {
		return nil, err
	}
	var major, minor, micro uint64
	if _, err := fmt.Sscanf(string(out), "QEMU emulator version %d.%d.%d", &major, &minor, &micro); err != nil {
		return nil, err
	}
	out, err = exec.Command(emulatorPath, "-machine", "help").Output()
	if err != nil {
		return nil, err
	}
	e := &qemucaps.Emulator{Path: emulatorPath, Arch: "x86_64", Version: major*1000000 + minor*1000 + micro,
		Types: map[string][]string{"thread-context": nil}}
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(line, " ")
		if strings.HasPrefix(name, "pc-") {
			e.Machines = append(e.Machines, qemucaps.Machine{Name: name, MaxCPUs: 255, HotplugCPU: true, DefaultCPU: "qemu64-x86_64-cpu", DefaultRAM: "pc.ram", ACPI: true})
		}
	}
	return e, nil
})

// machine is the newest machine of a family.
func machine(t testing.TB, family string) string {
	e, err := emulator()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(e.Machines, func(m qemucaps.Machine) bool { return strings.HasPrefix(m.Name, "pc-"+family+"-") })
	if i < 0 {
		t.Fatal("no machine " + family)
	}
	return e.Machines[i].Name
}

// testDirs are short, since paths of sockets are.
func testDirs(t testing.TB) Dirs {
	dir, err := os.MkdirTemp("", "gv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return Dirs{Run: dir + "/run", Lib: dir + "/lib", Log: dir + "/log"}
}

func testConfig(t testing.TB, dirs Dirs) Config {
	return Config{Dirs: dirs, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Emulator: func(context.Context, *domxml.Domain) (*qemucaps.Emulator, error) { return emulator() }}
}

func newBackend(t testing.TB, c Config) *Backend {
	t.Helper()
	needQEMU(t)
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parse reads a document that a personality has completed.
func parse(t testing.TB, text string) *domxml.Domain {
	t.Helper()
	d, err := domxml.ParseDomain([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Complete(); err != nil {
		t.Fatal(err)
	}
	return d
}

// small is a guest without a disk, which looks for one forever.
func small(t testing.TB, name, devices string) *domxml.Domain {
	return parse(t, fmt.Sprintf(`<domain type='qemu'><name>%s</name><uuid>%s</uuid><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='%s'>hvm</type><boot dev='hd'/></os><features><acpi/></features>
<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
<devices><emulator>%s</emulator><controller type='usb' model='none'/><controller type='pci' index='0' model='pci-root'/>%s</devices></domain>`,
		name, uuidOf(name), machine(t, "i440fx"), emulatorPath, devices))
}

func uuidOf(name string) string {
	return fmt.Sprintf("a1b2c3d4-0000-4000-8000-%012x", []byte(name)[:min(len(name), 6)])
}

// facts collects what guests report.
type facts struct {
	mu   sync.Mutex
	list []drivers.Fact
	more chan struct{}
}

func (f *facts) notify(x drivers.Fact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, x)
	if f.more != nil {
		close(f.more)
		f.more = nil
	}
}

// take gives the facts so far and forgets them.
func (f *facts) take() []drivers.Fact {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.list
	f.list = nil
	return list
}

// wait waits until a fact has come.
func (f *facts) wait(t testing.TB, want drivers.Fact) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		f.mu.Lock()
		if slices.Contains(f.list, want) {
			f.mu.Unlock()
			return
		}
		if f.more == nil {
			f.more = make(chan struct{})
		}
		more := f.more
		f.mu.Unlock()
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("no %#v in %#v", want, f.take())
		}
	}
}

func begin(t testing.TB, b *Backend, d *domxml.Domain, o drivers.StartOptions) (*Guest, *facts) {
	t.Helper()
	f := &facts{}
	g, err := b.Start(t.Context(), d, o, f.notify)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Destroy(context.Background(), false) })
	return g.(*Guest), f
}

func TestLife(t *testing.T) {
	b := newBackend(t, testConfig(t, testDirs(t)))
	d := small(t, "life", "<serial type='pty'/><console type='pty'/><memballoon model='virtio'><address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></memballoon>")
	begun := time.Now()
	g, f := begin(t, b, d, drivers.StartOptions{ID: 7})
	t.Log("start", time.Since(begun))
	if list := f.take(); len(list) > 0 {
		t.Errorf("facts %#v", list)
	}
	live := g.LiveDocument()
	if live.ID != 7 || !strings.HasPrefix(live.Devices.Serials[0].Sources[0].Path, "/dev/pts/") {
		text, _ := domxml.FormatDomain(live, 0)
		t.Errorf("live document %s", text)
	}
	begun = time.Now()
	if err := g.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	t.Log("destroy", time.Since(begun))
	want := drivers.ShutDown{Detail: 2, Destroyed: true}
	if list := f.take(); len(list) != 1 || list[0] != want {
		t.Errorf("facts %#v", list)
	}
	for _, dir := range []string{b.cfg.Dirs.Run, b.cfg.Dirs.Lib} {
		_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, _ error) error {
			if !e.IsDir() || strings.Contains(path, "life") {
				t.Errorf("%s is left", path)
			}
			return nil
		})
	}
	log, _ := os.ReadFile(b.logs.path("life"))
	if !strings.Contains(string(log), "starting up govirtd") || !strings.HasSuffix(string(log), "shutting down, reason=destroyed\n") {
		t.Errorf("log %s", log)
	}
}
