package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/wire"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// qemuURI is the world of real guests.
const qemuURI = "qemu:///system"

// line is a connection to it on which typed calls are made; for one goroutine.
type line struct {
	*wire.Conn
	serial uint32
	early  []*wire.Packet // replies that came before that to the call that was waited for
}

// dial connects to the real guests of a daemon.
func dial(d *lab.Daemon) (*line, error) {
	c, err := wire.Open(d.Socket(), qemuURI)
	if err != nil {
		return nil, err
	}
	return &line{Conn: c, serial: 1000}, nil
}

// connected is dial in a test.
func connected(t testing.TB, d *lab.Daemon) *line {
	t.Helper()
	c, err := dial(d)
	if err != nil {
		t.Fatalf("%v\n%s", err, d.Log)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// send sends a call and returns its serial.
func send[A, R any](c *line, p *proc.Proc[A, R], a *A) (uint32, error) {
	body, err := p.AppendArgs(nil, a)
	if err != nil {
		return 0, err
	}
	c.serial++
	packet := wire.Packet{Program: p.Program.Number, Version: p.Program.Version, Procedure: p.Number, Type: wire.TypeCall, Serial: c.serial, Body: body}
	_, err = c.Write(packet.Append(nil))
	return c.serial, err
}

// receive is the next reply that nobody has waited for.
func receive(c *line) (*wire.Packet, error) {
	if len(c.early) > 0 {
		p := c.early[0]
		c.early = c.early[1:]
		return p, nil
	}
	return next(c)
}

// next reads a reply.
func next(c *line) (*wire.Packet, error) {
	for {
		p, err := wire.Read(c.Conn)
		if err != nil || p.Type == wire.TypeReply {
			return p, err
		}
	}
}

// replied is the result in a reply; an error that the daemon has sent is a *vir.Error.
func replied[A, R any](p *wire.Packet, of *proc.Proc[A, R]) (*R, error) {
	if p.Status != wire.StatusOK {
		e, err := netpkt.DecodeError(p.Body)
		if err != nil {
			return nil, err
		}
		return nil, e
	}
	ret, r := new(R), xdr.NewReader(p.Body)
	of.DecodeRet(r, ret)
	return ret, r.Err()
}

// ask makes a call. An error of the connection is none of the daemon's.
func ask[A, R any](c *line, p *proc.Proc[A, R], a *A) (*R, error) {
	serial, err := send(c, p, a)
	if err != nil {
		return nil, err
	}
	for {
		packet, err := next(c)
		if err != nil {
			return nil, err
		}
		if packet.Serial == serial {
			return replied(packet, p)
		}
		c.early = append(c.early, packet)
	}
}

// answer is ask in a test, where only success will do.
func answer[A, R any](t testing.TB, c *line, p *proc.Proc[A, R], a *A) *R {
	t.Helper()
	ret, err := ask(c, p, a)
	if err != nil {
		t.Fatalf("%s: %v", p.API, err)
	}
	return ret
}

// code is the number of an error that the daemon has sent, 0 for any other.
func code(err error) vir.ErrorNumber {
	if e := (*vir.Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// tinyGuest is a guest with next to nothing: its firmware finds nothing to start and waits.
func tinyGuest(name string, uuid remoteproto.UUID, description string) string {
	return fmt.Sprintf(`<domain type='qemu'><name>%s</name><uuid>%x</uuid><description>%s</description><memory unit='MiB'>16</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os><cpu mode='custom' match='exact'><model fallback='allow'>qemu64</model></cpu>
<devices><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>`, name, uuid, description)
}

// tinyUUID is one that a test can foresee.
func tinyUUID(n int) (u remoteproto.UUID) {
	copy(u[:], "govirtd kill\x00\x00\x00\x00")
	u[15] = byte(n)
	return u
}

// truth asks the emulator itself how its guest is.
func truth(c *line, dom remoteproto.Domain) (string, error) {
	ret, err := ask(c, qemuproto.DomainQemuMonitorCommand, &qemuproto.DomainQemuMonitorCommandArgs{Dom: dom, Cmd: `{"execute":"query-status"}`})
	if err != nil {
		return "", err
	}
	var status struct {
		Return struct {
			Status string `json:"status"`
		} `json:"return"`
	}
	err = json.Unmarshal([]byte(ret.Result), &status)
	return status.Return.Status, err
}

// eventually waits for something that takes a moment.
func eventually(within time.Duration, is func() bool) bool {
	for end := time.Now().Add(within); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}
