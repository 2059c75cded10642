package conformance

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/wire"
)

// TestScreenshot saves a picture with virsh and looks at it.
func TestScreenshot(t *testing.T) {
	virsh := lab.NativeVirsh(t)
	d := strict(t)
	if a := virsh.Run(d.Place, nil, "", "-c", d.URI(), "screenshot", "test", "picture"); a.Exit != 0 {
		t.Fatalf("exit %d: %s", a.Exit, a.Stderr)
	}
	data, err := os.ReadFile(filepath.Join(d.WorkDir, "picture"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%d bytes that are no PNG: %v", len(data), err)
	}
	if size := picture.Bounds().Size(); size.X < 8 || size.Y < 8 {
		t.Errorf("a picture of %v", size)
	}
}

// consoleGuest is a domain with a console. The reference's test driver has no consoles; ours has, in its default mode.
const consoleGuest = `<domain type='test'><name>talker</name><memory>65536</memory><os><type>hvm</type></os>
<devices><console type='pty'/></devices></domain>`

// TestConsole types into a guest's console, through virsh on a terminal.
func TestConsole(t *testing.T) {
	virsh := lab.NativeVirsh(t)
	needPython(t)
	d := govirtd(t)
	file := filepath.Join(d.WorkDir, "talker.xml")
	if err := os.WriteFile(file, []byte(consoleGuest), 0o644); err != nil {
		t.Fatal(err)
	}
	if a := virsh.Run(d.Place, nil, "", "-c", d.URI(), "create", file); a.Exit != 0 {
		t.Fatalf("create: %s", a.Stderr)
	}
	command(t, python, script("console.py"), "is anybody there?", lab.Tool(t, "virsh"), "-c", d.URI(), "console", "talker")
	if a := virsh.Run(d.Place, nil, "", "-c", d.URI(), "domstate", "talker"); a.Stdout != "running\n\n" {
		t.Errorf("after the console the domain is %q %q", a.Stdout, a.Stderr)
	}
}

// open opens the default world and finds a domain; the domain is returned as the bytes that calls begin with.
func open(t *testing.T, d *lab.Daemon, name string) (*wire.Conn, []byte) {
	t.Helper()
	c, err := wire.Open(d.Socket(), "test:///default")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	domain, err := c.Call(wire.DomainLookupByName, wire.String(nil, name))
	if err != nil {
		t.Fatal(err)
	}
	return c, domain
}

// openStream makes a call that opens a stream; the reply has arrived when it returns.
func openStream(t *testing.T, c *wire.Conn, procedure int32, args []byte) uint32 {
	t.Helper()
	serial, err := c.Send(procedure, args)
	if err != nil {
		t.Fatal(err)
	}
	p, err := wire.Read(c)
	if err != nil {
		t.Fatal(err)
	}
	if p.Type != wire.TypeReply || p.Serial != serial || p.Status != wire.StatusOK {
		t.Fatalf("reply type %d serial %d status %d: %v", p.Type, p.Serial, p.Status, wire.ReplyError(p.Body))
	}
	return serial
}

// works makes a call, to see whether a connection still can.
func works(t *testing.T, c *wire.Conn) {
	t.Helper()
	if _, err := c.Call(wire.ConnectGetLibVersion, nil); err != nil {
		t.Errorf("the connection is of no more use: %v", err)
	}
}

// screenshotArgs is a domain, a screen and flags.
func screenshotArgs(domain []byte) []byte { return append(bytes.Clone(domain), make([]byte, 8)...) }

// TestStreamEnds has the client finish and abort a stream at each of its packets, and go away without a word.
func TestStreamEnds(t *testing.T) {
	d := strict(t)
	d.Hold(t)
	for _, test := range []struct {
		name   string
		status int32 // what the client sends
		after  int   // packets that the client reads first
	}{
		{"finished after all data", wire.StatusOK, -1},
		{"aborted after all data", wire.StatusError, -1},
		{"aborted at once", wire.StatusError, 0},
		{"aborted after one packet", wire.StatusError, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, domain := open(t, d, "test")
			serial := openStream(t, c, wire.DomainScreenshot, screenshotArgs(domain))
			total := 0
			for n := 0; n != test.after; n++ {
				p, err := wire.Read(c)
				if err != nil {
					t.Fatal(err)
				}
				if p.Type != wire.TypeStream || p.Serial != serial || p.Status != wire.StatusContinue || p.Procedure != wire.DomainScreenshot {
					t.Fatalf("packet %d: %+v", n, p)
				}
				if total += len(p.Body); len(p.Body) == 0 {
					break
				}
			}
			if test.after < 0 && total == 0 {
				t.Error("a picture of no bytes")
			}
			if err := c.SendStream(wire.DomainScreenshot, serial, test.status, nil); err != nil {
				t.Fatal(err)
			}
			for { // what was on its way, then the confirmation
				p, err := wire.Read(c)
				if err != nil {
					t.Fatal(err)
				}
				if p.Type != wire.TypeStream || p.Serial != serial {
					t.Fatalf("%+v instead of the confirmation", p)
				}
				if p.Status == wire.StatusOK {
					break
				}
				if p.Status != wire.StatusContinue {
					t.Fatalf("status %d: %v", p.Status, wire.ReplyError(p.Body))
				}
			}
			works(t, c)
			// data for a stream that is gone is nobody's
			if err := c.SendStream(wire.DomainScreenshot, serial, wire.StatusContinue, []byte("late")); err != nil {
				t.Fatal(err)
			}
			works(t, c)
		})
	}
	t.Run("connection closed", func(t *testing.T) {
		c, domain := open(t, d, "test")
		openStream(t, c, wire.DomainScreenshot, screenshotArgs(domain))
		c.Close()
		other, _ := open(t, d, "test")
		works(t, other)
	})
}

// TestStalledReader has one client ask for pictures without end and read none of them. It must not make the daemon hoard
// them, nor keep it from serving another client; and when it reads at last, everything is there and in order.
func TestStalledReader(t *testing.T) {
	d := strict(t)
	d.Hold(t)
	before := resident(t, d.PID)
	c, domain := open(t, d, "test")
	sent := map[uint32]bool{}
	c.SetWriteDeadline(time.Now().Add(2 * time.Second))
	for range 100_000 {
		serial, err := c.Send(wire.DomainScreenshot, screenshotArgs(domain))
		if err != nil {
			if nerr := net.Error(nil); !errors.As(err, &nerr) || !nerr.Timeout() {
				t.Fatalf("after %d calls: %v", len(sent), err)
			}
			break
		}
		sent[serial] = true
	}
	began := time.Now()
	other, _ := open(t, d, "test")
	works(t, other)
	if took := time.Since(began); took > time.Second {
		t.Errorf("another client waited %v", took)
	}
	const most = 128 << 20 // pictures in the making are garbage for a while
	if grown := resident(t, d.PID) - before; grown > most {
		t.Errorf("the daemon grew by %d MiB for a client that does not read", grown>>20)
	}
	if len(sent) == 100_000 {
		t.Error("the daemon took every call of a client that reads no answer")
	}

	// now read for a while: replies and stream packets, none of them for a call that was not made
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	replies, ends := 0, 0
	for ends < 50 {
		p, err := wire.Read(c)
		if err != nil {
			t.Fatalf("after %d replies: %v", replies, err)
		}
		switch {
		case !sent[p.Serial]:
			t.Fatalf("a packet for call %d, which was never made", p.Serial)
		case p.Type == wire.TypeReply:
			replies++
		case p.Type == wire.TypeStream && len(p.Body) == 0:
			ends++
		}
	}
	t.Logf("%d calls taken before the daemon stopped reading", len(sent))
}

// TestConsoleStalled types into a console without listening to it. The guest drops what nobody reads, as a serial line does;
// the daemon must not collect it, must keep serving others, and must take the stream up again when its reader does.
func TestConsoleStalled(t *testing.T) {
	d := govirtd(t)
	c, _ := open(t, d, "test")
	domain, err := c.Call(wire.DomainCreateXML, binary.BigEndian.AppendUint32(wire.String(nil, consoleGuest), 0))
	if err != nil {
		t.Fatal(err)
	}
	args := append(bytes.Clone(domain), make([]byte, 8)...) // no device name, no flags
	serial := openStream(t, c, wire.DomainOpenConsole, args)

	const chunk, most = 64 << 10, 128 << 20
	before := resident(t, d.PID)
	typed := wire.Packet{Program: wire.Remote, Version: 1, Procedure: wire.DomainOpenConsole, Type: wire.TypeStream, Serial: serial,
		Status: wire.StatusContinue, Body: bytes.Repeat([]byte("0123456789abcde\r"), chunk/16)}
	data := typed.Append(nil)
	var rest []byte // of a packet that went out in part only
	c.SetWriteDeadline(time.Now().Add(2 * time.Second))
	sent := 0
	for ; sent < most && rest == nil; sent += chunk {
		if n, err := c.Write(data); err != nil {
			rest = data[n:]
		}
	}
	if grown := resident(t, d.PID) - before; grown > 32<<20 {
		t.Errorf("the daemon grew by %d MiB after %d MiB for a client that does not read", grown>>20, sent>>20)
	}
	other, _ := open(t, d, "test")
	works(t, other)

	// the other side ends the stream: the guest goes away, once its console was seen to work again
	c.SetDeadline(time.Now().Add(30 * time.Second))
	finished := make(chan error, 1)
	go func() { _, err := c.Write(rest); finished <- err }()
	destroyed := false
	for got := 0; ; {
		p, err := wire.Read(c)
		if err != nil {
			t.Fatalf("after %d bytes: %v", got, err)
		}
		if p.Type != wire.TypeStream || p.Serial != serial {
			t.Fatalf("after %d bytes: %+v", got, p)
		}
		if len(p.Body) == 0 || p.Status != wire.StatusContinue {
			if !destroyed {
				t.Fatalf("the stream ended by itself: status %d after %d bytes", p.Status, got)
			}
			break
		}
		if got += len(p.Body); got > chunk && !destroyed {
			destroyed = true
			if _, err := other.Call(wire.DomainDestroy, domain); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := <-finished; err != nil {
		t.Error(err)
	}
	works(t, c)
}

// resident is the memory of a process in RAM, in bytes.
func resident(t testing.TB, pid int) int {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
