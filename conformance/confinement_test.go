package conformance

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestConfinement looks at the process of a guest of a root daemon: whom it runs as, what it can become, what it has
// open, and whose its image is before, during and after its life.
func TestConfinement(t *testing.T) {
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	if os.Getuid() != 0 {
		lab.Missing(t, "root, to run guests as somebody else")
	}
	t.Parallel()
	qemuImg := lab.Tool(t, "qemu-img")
	dir := lab.RealDir(t)
	them, err := user.Lookup(lab.GuestUser())
	if err != nil {
		t.Fatal(err)
	}
	image, base := filepath.Join(dir, "image"), filepath.Join(dir, "base")
	command(t, qemuImg, "create", "-q", "-f", "qcow2", base, "8M")
	command(t, qemuImg, "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", image)
	if err := os.Chown(image, 1234, 4321); err != nil {
		t.Fatal(err)
	}
	owners := func(when, wantImage, wantBase string) {
		t.Helper()
		if i, b := owner(t, image), owner(t, base); i != wantImage || b != wantBase {
			t.Errorf("%s, the image belongs to %s and its base to %s, want %s and %s", when, i, b, wantImage, wantBase)
		}
	}

	// The daemon is born with descriptors that are nobody else's business.
	secret, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer secret.Close()
	fd, err := syscall.Dup(int(secret.Fd())) // which is handed down to whatever is started meanwhile
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	d := lab.StartReal(t, dir, "--log-level", "warn")
	c := connected(t, d)
	uuid := tinyUUID(1)
	xml := strings.Replace(tinyGuest("confined", uuid, ""), "<devices>", `<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
<source file='`+image+`'/><target dev='vda' bus='virtio'/></disk><serial type='pty'/>
<channel type='unix'><target type='virtio' name='org.example.0'/></channel>`, 1)
	dom := answer(t, c, rp.DomainDefineXML, &rp.DomainDefineXMLArgs{XML: xml}).Dom
	owners("when it is defined", "1234:4321", "0:0")
	answer(t, c, rp.DomainCreate, &rp.DomainCreateArgs{Dom: dom})
	theirs := guestIDs(t, them)
	owners("while it runs", theirs, theirs)

	guests := lab.Guests(dir)
	if len(guests) != 1 {
		t.Fatalf("%d processes", len(guests))
	}
	proc := fmt.Sprint("/proc/", guests[0].PID)
	status, err := os.ReadFile(filepath.Join(proc, "status"))
	if err != nil {
		t.Fatal(err)
	}
	uid, gid, _ := strings.Cut(theirs, ":")
	for _, line := range []string{
		"Uid:\t" + strings.Join([]string{uid, uid, uid, uid}, "\t"), "Gid:\t" + strings.Join([]string{gid, gid, gid, gid}, "\t"),
		"CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000",
		"NoNewPrivs:\t1", "Seccomp:\t2",
	} {
		if !strings.Contains(string(status), line+"\n") {
			t.Errorf("no %q in the status of the process:\n%s", line, status)
		}
	}
	args := guests[0].Args
	if at := slices.Index(args, "-sandbox"); at < 0 || args[at+1] != "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny" {
		t.Errorf("the command line has no -sandbox as it should be: %q", args)
	}
	descriptors, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	nulls := 0
	for _, e := range descriptors {
		to, err := os.Readlink(filepath.Join(proc, "fd", e.Name()))
		if err != nil {
			continue // closed meanwhile
		}
		if to == os.DevNull {
			nulls++
		}
		if !meant.MatchString(to) && to != image && to != base && !strings.HasPrefix(to, filepath.Join(dir, "r/var/log/libvirt/qemu/")) {
			t.Errorf("descriptor %s is %s", e.Name(), to)
		}
	}
	if nulls != 1 { // its standard input
		t.Errorf("%d descriptors are %s", nulls, os.DevNull)
	}

	answer(t, c, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: dom})
	owners("after it was destroyed", "1234:4321", "0:0")

	// The next daemon knows whose they were, too.
	answer(t, c, rp.DomainCreate, &rp.DomainCreateArgs{Dom: dom})
	d.Kill()
	owners("without a daemon", theirs, theirs)
	d = lab.StartReal(t, dir)
	answer(t, connected(t, d), rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: dom})
	owners("after another daemon has destroyed it", "1234:4321", "0:0")
}

// meant is what an emulator opens by itself or is given.
var meant = regexp.MustCompile(`^(socket:\[\d+\]|pipe:\[\d+\]|anon_inode:\[?(eventfd|eventpoll|signalfd|io_uring)\]?|/dev/null|/dev/ptmx|/dev/pts/ptmx|/memfd:.*)$`)

func owner(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d:%d", s.Uid, s.Gid)
}

// guestIDs is the user that guests run as with its group, the one of the same name if there is one.
func guestIDs(t *testing.T, u *user.User) string {
	gid := u.Gid
	if g, err := user.LookupGroup(u.Username); err == nil {
		gid = g.Gid
	}
	return u.Uid + ":" + gid
}

// TestForeignEmulator names programs as emulators that nobody has said are some. None of them is run.
func TestForeignEmulator(t *testing.T) {
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	t.Parallel()
	real := lab.Emulator(t)
	dir := lab.RealDir(t)
	told := filepath.Join(dir, "told") // where the programs tell that they have run, whoever they run as
	if err := errors.Join(os.Mkdir(told, 0o755), os.Chmod(told, 0o777)); err != nil {
		t.Fatal(err)
	}
	ran := filepath.Join(told, "ran")
	script := "#!/bin/sh\nid >>" + ran + "\nexec " + real + ` "$@"` + "\n"
	fake, link, named := filepath.Join(dir, "qemu-system-x86_64"), filepath.Join(dir, "link"), filepath.Join(dir, "named")
	for path, text := range map[string]string{fake: script, named: strings.Replace(script, ran, ran+".named", 1)} {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(fake, link); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(named, "--version").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	with := func(emulator string) string {
		return strings.Replace(tinyGuest("foreign", tinyUUID(1), ""), "<devices>", "<devices><emulator>"+emulator+"</emulator>", 1)
	}
	// Another daemon may have left a definition that names one.
	etc := filepath.Join(dir, "r/etc/libvirt/qemu")
	left := strings.Replace(strings.Replace(with(fake), "foreign", "left", 1), fmt.Sprintf("%x", tinyUUID(1)), fmt.Sprintf("%x", tinyUUID(2)), 1)
	if err := errors.Join(os.MkdirAll(etc, 0o755), os.WriteFile(filepath.Join(etc, "left.xml"), []byte(left), 0o600)); err != nil {
		t.Fatal(err)
	}
	d := lab.StartReal(t, dir, "--log-level", "error", "--emulator", named)
	c := connected(t, d)
	dom := answer(t, c, rp.DomainLookupByName, &rp.DomainLookupByNameArgs{Name: "left"}).Dom
	if _, err := ask(c, rp.DomainCreate, &rp.DomainCreateArgs{Dom: dom}); code(err) != vir.ErrOperationDenied {
		t.Errorf("start of a definition that was left: %v", err)
	}
	for _, path := range []string{fake, link, "/bin/sh", dir + "/../" + filepath.Base(dir) + "/qemu-system-x86_64", fake + "/.", "/nonexistent"} {
		define := second(ask(c, rp.DomainDefineXML, &rp.DomainDefineXMLArgs{XML: with(path)}))
		create := second(ask(c, rp.DomainCreateXML, &rp.DomainCreateXMLArgs{XMLDesc: with(path)}))
		capabilities := second(ask(c, rp.ConnectGetDomainCapabilities, &rp.ConnectGetDomainCapabilitiesArgs{Emulatorbin: &path}))
		t.Logf("%s: define: %v; create: %v; capabilities: %v", path, define, create, capabilities)
		for _, err := range []error{define, create, capabilities} {
			if code(err) == 0 {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if text, err := os.ReadFile(ran); err == nil {
		t.Errorf("a program that is no emulator of ours has run as %s", text)
	}
	if len(lab.Guests(dir)) > 0 {
		t.Error("a guest runs")
	}
	// One that the administrator has named is one.
	dom = answer(t, c, rp.DomainCreateXML, &rp.DomainCreateXMLArgs{XMLDesc: with(named)}).Dom
	if _, err := os.Stat(ran + ".named"); err != nil {
		t.Error(err)
	}
	answer(t, c, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: dom})
}

// second is the error of a call.
func second[R any](_ R, err error) error { return err }
