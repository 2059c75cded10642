package daemon

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var (
	chaosTime  = flag.Duration("chaos", 2*time.Second, "how long TestChaos makes random calls")
	chaosConns = flag.Int("chaos.conns", 50, "how many connections TestChaos has at a time")
)

// TestChaos makes random calls over many connections, some of which end in the
// middle of a call, and looks at the engine's invariants all the while. At the
// end nothing may be left behind and the daemon must still answer.
func TestChaos(t *testing.T) {
	dir, err := os.MkdirTemp("", "govirtd")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	d, err := Listen(ctx, Config{SockDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx) }()
	socket, _ := d.cfg.Sockets()

	end := time.Now().Add(*chaosTime)
	var calls, accepted, killed atomic.Int64
	var wg sync.WaitGroup
	for i := range *chaosConns {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for time.Now().Before(end) {
				c, err := dialChaos(socket)
				if err != nil {
					t.Error(err)
					return
				}
				for range 1 + r.IntN(200) {
					if !time.Now().Before(end) {
						break
					}
					kill := r.IntN(100) == 0
					ok, err := c.random(r, kill)
					if kill {
						killed.Add(1)
						break
					}
					if err != nil {
						t.Error(err)
						return
					}
					calls.Add(1)
					if ok {
						accepted.Add(1)
					}
				}
				c.conn.Close()
			}
		})
	}
	for time.Now().Before(end) {
		time.Sleep(20 * time.Millisecond)
		if err := d.engine.Invariants(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := d.engine.Invariants(); err != nil {
		t.Error(err)
	}
	c, err := dialChaos(socket)
	if err != nil {
		t.Fatalf("the daemon no longer answers: %v", err)
	}
	c.conn.Close()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	t.Logf("%d calls, %d accepted, %d connections ended in a call", calls.Load(), accepted.Load(), killed.Load())
	if accepted.Load() < calls.Load()/10 || killed.Load() == 0 {
		t.Error("the calls do nothing")
	}
	for i := 0; runtime.NumGoroutine() > before+2; i++ {
		if i == 200 {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// chaosConn is a connection that makes any call.
type chaosConn struct {
	conn   net.Conn
	serial uint32
}

func dialChaos(socket string) (*chaosConn, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	c := &chaosConn{conn: conn}
	conn.SetDeadline(time.Now().Add(time.Minute))
	name := "test:///default"
	if _, err := c.call(remoteproto.ConnectOpen.Info, &remoteproto.ConnectOpenArgs{Name: &name}, false); err != nil {
		conn.Close()
		return nil, fmt.Errorf("open: %w", err)
	}
	for id := range int32(28) {
		if _, err := c.call(remoteproto.ConnectDomainEventCallbackRegisterAny.Info,
			&remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: id}, false); err != nil {
			conn.Close()
			return nil, fmt.Errorf("register: %w", err)
		}
	}
	return c, nil
}

// call sends one call and reads until its reply; kill hangs up instead, after
// the whole of the call or a part. It reports whether the call succeeded.
func (c *chaosConn) call(info *proc.Info, args interface {
	AppendXDR([]byte) ([]byte, error)
}, kill bool,
) (bool, error) {
	body, err := args.AppendXDR(nil)
	if err != nil {
		return false, nil // out of the protocol's bounds: nothing that a client could send
	}
	h := netpkt.Header{Program: info.Program.Number, Version: info.Program.Version, Procedure: info.Number, Type: netpkt.Call, Serial: c.serial}
	c.serial++
	packet := append(h.Append(nil, len(body)), body...)
	if kill {
		c.conn.Write(packet[:len(packet)-len(body)/2])
		c.conn.Close()
		return false, nil
	}
	if _, err := c.conn.Write(packet); err != nil {
		return false, fmt.Errorf("%s: %w", info.Name, err)
	}
	head := make([]byte, 4)
	for {
		if _, err := io.ReadFull(c.conn, head); err != nil {
			return false, fmt.Errorf("%s: %w", info.Name, err)
		}
		reply := make([]byte, binary.BigEndian.Uint32(head))
		copy(reply, head)
		if _, err := io.ReadFull(c.conn, reply[4:]); err != nil {
			return false, fmt.Errorf("%s: %w", info.Name, err)
		}
		var got netpkt.Header
		got.Decode(reply)
		if got.Type != netpkt.Reply || got.Serial != h.Serial {
			continue
		}
		if got.Status == netpkt.StatusError {
			e, err := netpkt.DecodeError(reply[netpkt.MinLength:])
			if err != nil {
				return false, fmt.Errorf("%s: %w", info.Name, err)
			}
			if strings.Contains(e.Message, "panic") {
				return false, errors.New(info.Name + ": " + e.Message)
			}
			return false, nil
		}
		return true, nil
	}
}

// wild are the procedures that chaos calls.
var wild = sync.OnceValue(func() []*proc.Info {
	var list []*proc.Info
	for _, info := range remoteproto.Procedures {
		skip := info.Kind != proc.KindCall || info == remoteproto.ConnectClose.Info || info == remoteproto.ConnectOpen.Info ||
			strings.HasPrefix(info.Name, "auth_") || strings.Contains(info.Name, "_core_dump") || strings.Contains(info.Name, "_save") ||
			strings.Contains(info.Name, "_restore") // no files
		if !skip {
			list = append(list, info)
			for _, verb := range []string{"create", "destroy", "define", "undefine", "rename", "suspend", "resume"} {
				if strings.Contains(info.Name, verb) {
					list = append(list, info, info, info)
				}
			}
		}
	}
	return list
})

func (c *chaosConn) random(r *rand.Rand, kill bool) (bool, error) {
	info := wild()[r.IntN(len(wild()))]
	args := info.NewArgs()
	fill(r, reflect.ValueOf(args).Elem(), info.Name, "")
	return c.call(info, args, kill)
}

var chaosNames = []string{"test", "default", "default-pool", "a", "b", "c", "s1", "vda"}

// chaosUUID is that of the object of a name.
func chaosUUID(name string) (u remoteproto.UUID) {
	if name == "test" {
		return remoteproto.UUID{0x66, 0x95, 0xeb, 0x01, 0xf6, 0xa4, 0x83, 0x04, 0x79, 0xaa, 0x97, 0xf2, 0x50, 0x2e, 0x19, 0x3f}
	}
	copy(u[:], bytes.Repeat([]byte(name[:1]), len(u)))
	return u
}

func chaosDocument(r *rand.Rand, procedure string) string {
	name := chaosNames[r.IntN(len(chaosNames))]
	u := chaosUUID(name)
	uuid := fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
	switch {
	case strings.Contains(procedure, "snapshot"):
		return "<domainsnapshot><name>" + name + "</name></domainsnapshot>"
	case strings.Contains(procedure, "checkpoint"):
		return "<domaincheckpoint><name>" + name + "</name></domaincheckpoint>"
	case strings.Contains(procedure, "network"):
		return "<network><name>" + name + "</name><uuid>" + uuid + "</uuid></network>"
	case strings.Contains(procedure, "pool"):
		return "<pool type='dir'><name>" + name + "</name><uuid>" + uuid + "</uuid><target><path>/" + name + "</path></target></pool>"
	case strings.Contains(procedure, "vol"):
		return "<volume><name>" + name + "</name><capacity>4096</capacity></volume>"
	case strings.Contains(procedure, "device"):
		return "<disk type='file'><source file='/x'/><target dev='vdb'/></disk>"
	}
	return "<domain type='test'><name>" + name + "</name><uuid>" + uuid + "</uuid><memory>2048</memory><vcpu>2</vcpu><os><type>hvm</type></os>" +
		"<devices><disk type='file'><source file='/x'/><target dev='vda'/></disk></devices></domain>"
}

// fill sets a value to something that a client might send.
func fill(r *rand.Rand, v reflect.Value, procedure, field string) {
	name := chaosNames[r.IntN(len(chaosNames))]
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i), procedure, v.Type().Field(i).Name)
		}
		if u := v.FieldByName("UUID"); u.IsValid() && u.Type() == reflect.TypeFor[remoteproto.UUID]() {
			u.Set(reflect.ValueOf(chaosUUID(name)))
			if n := v.FieldByName("Name"); n.IsValid() && n.Kind() == reflect.String {
				n.SetString(name)
			}
		}
	case reflect.Pointer:
		if r.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), procedure, field)
		}
	case reflect.Slice:
		n := r.IntN(3)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), procedure, field)
		}
	case reflect.String:
		if strings.Contains(field, "XML") {
			v.SetString(chaosDocument(r, procedure))
		} else {
			v.SetString(name)
		}
	case reflect.Int32, reflect.Int64, reflect.Int16, reflect.Int8:
		v.SetInt(int64(r.IntN(6) - 1))
	case reflect.Uint32, reflect.Uint64, reflect.Uint8, reflect.Uint16:
		if field != "Flags" || r.IntN(3) == 0 {
			v.SetUint(uint64(r.IntN(5)))
		}
	}
}
