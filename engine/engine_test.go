package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// now is the simulated hosts' clock in these tests.
func now() time.Time { return time.Unix(1_700_000_000, 0) }

func newEngine(strict bool) *engine.Engine {
	return engine.New(engine.Config{
		Drivers: []drivers.Driver{testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
			return sim.New(h, now)
		}}},
		DefaultURI: "test:///default",
		Strict:     strict,
		Hostname:   "host.example",
		Now:        now,
	})
}

// session is a connection without a socket.
type session struct {
	engine   *engine.Engine
	readOnly bool

	mu      sync.Mutex
	value   any
	onClose []func()
	events  []emitted
	pings   bool
	closing bool
}

type emitted struct {
	info *proc.Info
	body []byte
}

func (s *session) ID() uint64              { return 1 }
func (s *session) Identity() proc.Identity { return proc.Identity{Transport: "memory"} }
func (s *session) ReadOnly() bool          { return s.readOnly }
func (s *session) StartKeepAlive()         { s.pings = true }
func (s *session) CloseAfterReply()        { s.closing = true }

func (s *session) Emit(p *proc.Info, body []byte, _ bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, emitted{p, bytes.Clone(body)})
}

func (s *session) OnClose(f func()) { s.onClose = append(s.onClose, f) }

func (s *session) Value() any     { return s.value }
func (s *session) SetValue(v any) { s.value = v }

// end closes the connection.
func (s *session) end() {
	for _, f := range s.onClose {
		f()
	}
	s.onClose = nil
}

// take gives the events so far and forgets them.
func (s *session) take() []emitted {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.events
	s.events = nil
	return e
}

// connect opens a connection to uri.
func connect(t *testing.T, e *engine.Engine, uri string) *session {
	t.Helper()
	s := &session{engine: e}
	if _, err := do(s, remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{Name: &uri}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	return s
}

// do makes a call as a transport would.
func do[A, R any](s *session, p *proc.Proc[A, R], a *A) (*R, error) {
	r, _, err := doStream(s, p, a)
	return r, err
}

func doStream[A, R any](s *session, p *proc.Proc[A, R], a *A) (*R, proc.StreamFunc, error) {
	args, err := p.AppendArgs(nil, a)
	if err != nil {
		return nil, nil, err
	}
	h := s.engine.Table().Handler(p.Program.Number, p.Number)
	c := proc.NewCall(s, p.Info, 0, nil)
	out, err := h.Serve(context.Background(), c, args, nil)
	_, stream := c.Outcome()
	c.Release()
	if err != nil {
		return nil, nil, err
	}
	var r R
	rd := xdr.NewReader(out)
	p.DecodeRet(rd, &r)
	return &r, stream, rd.Err()
}

// must is do for calls that cannot fail.
func must[A, R any](t *testing.T, s *session, p *proc.Proc[A, R], a *A) *R {
	t.Helper()
	r, err := do(s, p, a)
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return r
}

// fails asks for an error with code and text.
func fails[A, R any](t *testing.T, s *session, p *proc.Proc[A, R], a *A, code vir.ErrorNumber, text string) {
	t.Helper()
	_, err := do(s, p, a)
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != text {
		t.Errorf("%s: got %v, want code %d, %q", p.Name, err, code, text)
	}
}

func lookup(t *testing.T, s *session, name string) remoteproto.Domain {
	t.Helper()
	return must(t, s, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: name}).Dom
}

const guestXML = `<domain type='test'><name>%s</name><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`

func TestBeforeOpen(t *testing.T) {
	s := &session{engine: newEngine(true)}
	fails(t, s, remoteproto.ConnectGetType, &proc.Void{}, vir.ErrInternalError, "internal error: hypervisor connection not open")
	fails(t, s, remoteproto.ConnectSupportsFeature, &remoteproto.ConnectSupportsFeatureArgs{Feature: 14}, vir.ErrInternalError, "internal error: hypervisor connection not open")
	if r := must(t, s, remoteproto.ConnectSupportsFeature, &remoteproto.ConnectSupportsFeatureArgs{Feature: 10}); r.Supported != 1 || !s.pings {
		t.Error("keepalive is not to be had before the connection is open")
	}
}

// memoryStream is a stream whose client has finished and collects.
type memoryStream struct {
	in  io.Reader
	out bytes.Buffer
}

func (m *memoryStream) Read(p []byte) (int, error)        { return m.in.Read(p) }
func (m *memoryStream) ReadPiece() ([]byte, int64, error) { return nil, 0, io.EOF }
func (m *memoryStream) Write(p []byte) (int, error)       { return m.out.Write(p) }
func (m *memoryStream) WriteHole(int64) error             { return errors.New("not sparse") }
