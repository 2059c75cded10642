package conformance

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
)

// guestLook is a real guest that is looked at by clients other than the one that has made it.
type guestLook struct {
	d       *lab.Daemon
	uri     string
	clients string // the folder of those that are not installed
}

// TestGuestClients leads a real guest through its life with libvirt-python, with a disk that nbdkit serves, and looks at it
// with guestfish, libvirt-dbus and virt-viewer while it runs.
func TestGuestClients(t *testing.T) {
	if os.Getuid() != 0 {
		lab.Missing(t, "root, since guests run as somebody else")
	}
	t.Parallel()
	needPython(t)
	lab.Tool(t, "qemu-system-x86_64")
	nbdkit := lab.Tool(t, "nbdkit")
	image := lab.Guest(t)
	g := guestLook{clients: lab.Clients(t)}
	g.d = lab.Start(t, "--qemu", "real", "--qemu-user", "nobody")
	g.uri = "qemu+unix:///system?socket=" + g.d.Socket()
	dir := g.d.WorkDir
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kernel", "initrd"} {
		text, err := os.ReadFile(filepath.Join(image, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	port := strconv.Itoa(serveDisk(t, nbdkit, filepath.Join(dir, "text")))

	part := func(name, want string) {
		t.Helper()
		if got := command(t, python, script("guest.py"), name, g.uri, dir, port); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	part("begin", "volume\nconsole\nthe guest has read from python\nthe guest has read from nbdkit\nscreenshot\nstatistics\n")
	t.Run("look", func(t *testing.T) {
		t.Run("guestfish", func(t *testing.T) { t.Parallel(); g.guestfish(t) })
		t.Run("dbus", func(t *testing.T) { t.Parallel(); g.dbus(t) })
		t.Run("virt-viewer", func(t *testing.T) { t.Parallel(); g.virtViewer(t) })
	})
	part("end", "gone\n")
}

// serveDisk has nbdkit serve a file that begins with "from nbdkit", and gives the port.
func serveDisk(t *testing.T, nbdkit, path string) int {
	t.Helper()
	if err := os.WriteFile(path, append([]byte("from nbdkit"), make([]byte, 1<<20)...), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	// It takes a socket over as services of systemd do; the variable is its own process number.
	lab.Background(t, []string{"LISTEN_FDS=1"}, []*os.File{socket}, "/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" -f -r file "$1"`, nbdkit, path)
	return l.Addr().(*net.TCPAddr).Port
}

// unpacked runs a client that is not installed.
func (g guestLook) unpacked(argv ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(g.clients, argv[0]), argv[1:]...)
	cmd.Env = append(os.Environ(), g.libraries())
	return cmd
}

func (g guestLook) libraries() string {
	return fmt.Sprintf("LD_LIBRARY_PATH=%[1]s/usr/lib/x86_64-linux-gnu:%[1]s/lib/x86_64-linux-gnu", g.clients)
}

// guestfish lists the disks that it would look into. It makes overlays for them, and starts no appliance.
func (g guestLook) guestfish(t *testing.T) {
	for _, argv := range [][]string{
		{"-c", g.uri, "--ro", "-d", "stock", "debug-drives"},
		{"add-domain", "stock", "libvirturi:" + g.uri, "readonly:true", ":", "debug-drives"},
	} {
		out, err := g.unpacked(append([]string{"usr/bin/guestfish"}, argv...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", argv, err, out)
		}
		for _, want := range []string{"/pool/disk.img", "protocol=nbd"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%v: no %q in\n%s", argv, want, out)
			}
		}
	}
	// Writing to the disks of a running guest is what it refuses, since the daemon says that it runs.
	out, err := g.unpacked("usr/bin/guestfish", "add-domain", "stock", "libvirturi:"+g.uri).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "live virtual machine") {
		t.Errorf("a running guest's disks to write to: %v\n%s", err, out)
	}
}

// busConfig is a bus on which everything is allowed.
const busConfig = `<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// dbus asks libvirt-dbus on a private bus. It knows no other socket than /run/libvirt/libvirt-sock, so it gets a /run of its
// own; its interfaces are described in files of its package.
func (g guestLook) dbus(t *testing.T) {
	daemon, send := lab.Tool(t, "dbus-daemon"), lab.Tool(t, "dbus-send")
	dir := lab.TempDir(t)
	bus, config := filepath.Join(dir, "bus"), filepath.Join(dir, "conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, bus), 0o644); err != nil {
		t.Fatal(err)
	}
	lab.Background(t, nil, nil, daemon, "--nofork", "--nopidfile", "--config-file="+config)
	waitFor(t, "the bus", func() bool { _, err := os.Stat(bus); return err == nil })
	address := "DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + bus
	lab.Background(t, []string{address, g.libraries()}, nil, lab.Tool(t, "unshare"), "--mount", "--propagation", "private", "/bin/sh", "-ec",
		`mount --bind "$1/usr/share/dbus-1" /usr/share/dbus-1
mount -t tmpfs tmpfs /run; mkdir /run/libvirt; mount --bind "$2" /run/libvirt; exec "$1/usr/sbin/libvirt-dbus" --system`,
		"sh", g.clients, g.d.SocketDir)
	var out []byte
	ask := func(argv ...string) (err error) {
		cmd := exec.Command(send, append([]string{"--system", "--dest=org.libvirt", "--print-reply=literal"}, argv...)...)
		cmd.Env = append(os.Environ(), address)
		out, err = cmd.CombinedOutput()
		return err
	}
	waitFor(t, "libvirt-dbus", func() bool { return ask("/org/libvirt/QEMU", "org.libvirt.Connect.ListDomains", "uint32:0") == nil })
	at := bytes.Index(out, []byte("/org/libvirt/QEMU/domain/"))
	if at < 0 {
		t.Fatalf("no domain in %s", out)
	}
	domain := string(bytes.Fields(out[at:])[0])
	for property, want := range map[string]string{"Name": "stock", "Active": "boolean true", "Persistent": "boolean true"} {
		if err := ask(domain, "org.freedesktop.DBus.Properties.Get", "string:org.libvirt.Domain", "string:"+property); err != nil ||
			!strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %s", property, err, out)
		}
	}
}

// virtViewer draws the guest's screen for a browser that nobody opens: GTK's own display server needs no other. It gets to
// the screen by a descriptor that the daemon passes to QEMU, and by the address that stands in the document.
func (g guestLook) virtViewer(t *testing.T) {
	viewer, display := lab.Tool(t, "virt-viewer"), lab.Tool(t, "broadwayd")
	virsh := lab.Tool(t, "virsh")
	dir := lab.TempDir(t)
	env := []string{"XDG_RUNTIME_DIR=" + dir, "HOME=" + dir, "GDK_BACKEND=broadway", "BROADWAY_DISPLAY=:1", "NO_AT_BRIDGE=1", "GSETTINGS_BACKEND=memory"}
	screen := lab.Background(t, env, nil, display, "--unixsocket", filepath.Join(dir, "http"), ":1")
	if _, err := screen.Wait(0, "Listening on", 20*time.Second); err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct{ flag, remote string }{{"--attach", "unix"}, {"--direct", "IPv4 127.0.0.1"}} {
		t.Run(way.flag, func(t *testing.T) {
			events := lab.Background(t, nil, nil, virsh, "-c", g.uri, "event", "--domain", "stock", "--event", "graphics", "--loop")
			time.Sleep(200 * time.Millisecond) // virsh does not say when it listens
			said := lab.Background(t, env, nil, viewer, "--debug", way.flag, "-c", g.uri, "stock")
			for _, phase := range []string{"connect", "initialize"} {
				line, err := events.Wait(0, "event 'graphics' for domain 'stock': "+phase, 20*time.Second)
				if err != nil || !strings.Contains(line, "remote["+way.remote) {
					t.Fatalf("%s, %v", line, err)
				}
			}
			if _, err := said.Wait(0, "desktop resize", 20*time.Second); err != nil {
				t.Error(err)
			}
		})
	}
}

// waitFor waits for something to become true.
func waitFor(t *testing.T, what string, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ready(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not get ready", what)
		}
	}
}
