package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
	"github.com/govirtd/govirtd/remote/client"
)

// fake is a server that a test plays by hand.
type fake struct {
	t  *testing.T
	nc net.Conn
	in *netpkt.Reader
}

func newFake(t *testing.T, opts client.Options) (*fake, *client.Conn) {
	a, b := net.Pipe()
	c := client.New(a, opts)
	t.Cleanup(func() {
		c.Close()
		b.Close()
	})
	return &fake{t, b, netpkt.NewReader(b)}, c
}

func (f *fake) receive() netpkt.Packet {
	f.t.Helper()
	var p netpkt.Packet
	for {
		ok, err := f.in.Next(&p)
		if err == nil && !ok {
			err = f.in.Fill()
		}
		if err != nil {
			f.t.Fatal(err)
		}
		if ok {
			return p
		}
	}
}

func (f *fake) send(h netpkt.Header, payload ...byte) {
	f.t.Helper()
	if _, err := f.nc.Write(append(h.Append(nil, len(payload)), payload...)); err != nil {
		f.t.Fatal(err)
	}
}

// reply answers a call.
func (f *fake) reply(call netpkt.Header, status netpkt.Status, payload ...byte) {
	call.Type, call.Status = netpkt.Reply, status
	f.send(call, payload...)
}

type result struct {
	version uint64
	err     error
}

func libVersion(ctx context.Context, c *client.Conn) chan result {
	ch := make(chan result, 1)
	go func() {
		ret, err := client.Call(ctx, c, remoteproto.ConnectGetLibVersion, nil)
		if err != nil {
			ch <- result{err: err}
			return
		}
		ch <- result{version: ret.LibVer}
	}()
	return ch
}

// TestCallsOnTheWire: serials from 0, replies in any order.
func TestCallsOnTheWire(t *testing.T) {
	f, c := newFake(t, client.Options{})
	var results []chan result
	var calls []netpkt.Header
	for i := range uint32(4) {
		results = append(results, libVersion(t.Context(), c))
		p := f.receive()
		want := netpkt.Header{Program: 0x20008086, Version: 1, Procedure: 157, Serial: i}
		if p.Header != want || len(p.Payload) != 0 {
			t.Fatalf("got %+v, want %+v", p.Header, want)
		}
		calls = append(calls, p.Header)
	}
	for i, h := range slices.Backward(calls) {
		f.reply(h, netpkt.StatusOK, xdr.AppendUint64(nil, uint64(i))...)
	}
	for i, ch := range results {
		if r := <-ch; r.err != nil || r.version != uint64(i) {
			t.Errorf("call %d: %+v", i, r)
		}
	}
}

// TestOddReplies: what does not fit is not taken for an answer.
func TestOddReplies(t *testing.T) {
	f, c := newFake(t, client.Options{})
	ch := libVersion(t.Context(), c)
	h := f.receive().Header
	other := h
	other.Serial++
	f.reply(other, netpkt.StatusOK)
	other = h
	other.Procedure++
	f.reply(other, netpkt.StatusOK)
	other = h
	other.Program++
	f.reply(other, netpkt.StatusError)
	f.send(netpkt.Header{Type: 99})
	f.send(netpkt.Header{Type: netpkt.Call})
	f.send(netpkt.Header{Type: netpkt.Stream, Status: netpkt.StatusContinue}, 'x')
	f.reply(h, netpkt.StatusOK, make([]byte, 8)...)
	if r := <-ch; r.err != nil {
		t.Error(r.err)
	}
	// Errors, and answers that cannot be decoded.
	ch = libVersion(t.Context(), c)
	f.reply(f.receive().Header, netpkt.StatusError, netpkt.AppendError(nil, vir.NewError(vir.FromTest, vir.ErrNoDomain))...)
	if r := <-ch; !errors.Is(r.err, vir.NewError(vir.FromTest, vir.ErrNoDomain)) {
		t.Errorf("got %v", r.err)
	}
	ch = libVersion(t.Context(), c)
	f.reply(f.receive().Header, netpkt.StatusError, 1, 2, 3)
	if r := <-ch; !errors.Is(r.err, xdr.ErrShort) {
		t.Errorf("got %v", r.err)
	}
	ch = libVersion(t.Context(), c)
	f.reply(f.receive().Header, netpkt.StatusOK)
	if r := <-ch; !errors.Is(r.err, xdr.ErrShort) {
		t.Errorf("got %v", r.err)
	}
	if _, err := client.Call(t.Context(), c, remoteproto.DomainLookupByName,
		&remoteproto.DomainLookupByNameArgs{Name: strings.Repeat("x", 5<<20)}); err == nil {
		t.Error("a name over its bound was sent")
	}
}

// TestCancelledCall: the late reply is nobody's.
func TestCancelledCall(t *testing.T) {
	f, c := newFake(t, client.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ch := libVersion(ctx, c)
	late := f.receive().Header
	cancel()
	if r := <-ch; !errors.Is(r.err, context.Canceled) {
		t.Errorf("got %v", r.err)
	}
	ch = libVersion(t.Context(), c)
	h := f.receive().Header
	f.reply(late, netpkt.StatusOK, xdr.AppendUint64(nil, 1)...)
	f.reply(h, netpkt.StatusOK, xdr.AppendUint64(nil, 2)...)
	if r := <-ch; r.err != nil || r.version != 2 {
		t.Errorf("got %+v", r)
	}
}

// TestConnectionEnds: everybody who waits hears of it, and so does who comes
// later.
func TestConnectionEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(f *fake, c *client.Conn)
		want error
	}{
		"server hangs up": {func(f *fake, _ *client.Conn) { f.nc.Close() }, io.EOF},
		"client closes":   {func(_ *fake, c *client.Conn) { c.Close() }, client.ErrClosed},
		"nonsense":        {func(f *fake, _ *client.Conn) { f.nc.Write(make([]byte, 4)) }, netpkt.ErrLength},
	} {
		t.Run(name, func(t *testing.T) {
			f, c := newFake(t, client.Options{})
			if c.Err() != nil {
				t.Error("ended too early")
			}
			call := libVersion(t.Context(), c)
			f.receive()
			event := make(chan error)
			go func() {
				_, err := c.NextEvent(context.Background())
				event <- err
			}()
			opened := make(chan *client.Stream)
			go func() {
				_, s, err := client.CallStream(context.Background(), c, remoteproto.DomainOpenConsole, nil)
				if err != nil {
					t.Error(err)
				}
				opened <- s
			}()
			f.reply(f.receive().Header, netpkt.StatusOK)
			s := <-opened
			read := make(chan error)
			go func() {
				_, err := s.Read(make([]byte, 1))
				read <- err
			}()
			tt.end(f, c)
			<-c.Done()
			_, writeErr := s.Write([]byte("x"))
			_, callErr := client.Call(t.Context(), c, remoteproto.ConnectGetLibVersion, nil)
			for what, err := range map[string]error{
				"call": (<-call).err, "event": <-event, "read": <-read, "write": writeErr,
				"finish": s.Finish(), "later call": callErr, "Err": c.Err(),
			} {
				if !errors.Is(err, tt.want) {
					t.Errorf("%s: got %v, want %v", what, err, tt.want)
				}
			}
		})
	}
}

// TestEventOverflow: the reader never waits for who takes events, and what is
// dropped is counted.
func TestEventOverflow(t *testing.T) {
	f, c := newFake(t, client.Options{MaxEvents: 10})
	event := func(i int32) {
		body, err := remoteproto.DomainEventLifecycle.AppendArgs(nil, &remoteproto.DomainEventLifecycleMsg{Detail: i})
		if err != nil {
			t.Fatal(err)
		}
		f.send(netpkt.Header{Program: 0x20008086, Version: 1, Procedure: 107, Type: netpkt.Message, Serial: 1}, body...)
	}
	for i := range int32(25) {
		event(i)
	}
	ch := libVersion(t.Context(), c)
	f.reply(f.receive().Header, netpkt.StatusOK, make([]byte, 8)...)
	if r := <-ch; r.err != nil {
		t.Fatal(r.err)
	}
	var details []int32
	for e := range c.Events(t.Context()) {
		m, err := client.Decode(&e, remoteproto.DomainEventLifecycle)
		if err != nil {
			t.Fatal(err)
		}
		details = append(details, m.Detail)
		want := uint64(0)
		if m.Detail == 100 {
			want = 15
		}
		if e.Lost != want {
			t.Errorf("event %d: %d lost, want %d", m.Detail, e.Lost, want)
		}
		if len(details) == 10 {
			event(100)
		}
		if len(details) == 11 {
			break
		}
	}
	if want := []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100}; !slices.Equal(details, want) {
		t.Errorf("got %v, want %v", details, want)
	}
	event(7)
	e, err := c.NextEvent(t.Context())
	if err != nil || !e.Is(remoteproto.DomainEventLifecycle.Info) {
		t.Errorf("got %+v %v", e, err)
	}
	if _, err := client.Decode(&e, remoteproto.DomainEventReboot); err == nil {
		t.Error("decoded as another event")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range c.Events(ctx) {
		t.Error("an event from nowhere")
	}
}

// TestEventsBeforeTheEnd: what came before the connection ended is given out.
func TestEventsBeforeTheEnd(t *testing.T) {
	f, c := newFake(t, client.Options{})
	for range 5 {
		f.send(netpkt.Header{Program: 0x20008086, Version: 1, Procedure: 107, Type: netpkt.Message})
	}
	f.nc.Close()
	<-c.Done()
	n := 0
	for range c.Events(t.Context()) {
		n++
	}
	if n != 5 {
		t.Errorf("got %d events", n)
	}
}

// TestUnreadStream: a stream that nobody reads holds the connection up, until
// it is aborted.
func TestUnreadStream(t *testing.T) {
	f, c := newFake(t, client.Options{})
	opened := make(chan *client.Stream)
	go func() {
		_, s, err := client.CallStream(context.Background(), c, remoteproto.DomainOpenConsole, nil)
		if err != nil {
			t.Error(err)
		}
		opened <- s
	}()
	h := f.receive().Header
	f.reply(h, netpkt.StatusOK)
	s := <-opened
	h.Type, h.Status = netpkt.Stream, netpkt.StatusContinue
	f.nc.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	sent := 0
	chunk := make([]byte, netpkt.StreamChunk)
	packet := append(h.Append(nil, len(chunk)), chunk...)
	for {
		n, err := f.nc.Write(packet)
		sent += n
		if err != nil {
			packet = packet[n:]
			break
		}
	}
	if sent > 8<<20 {
		t.Errorf("%d bytes were taken", sent)
	}
	f.nc.SetWriteDeadline(time.Time{})
	aborted := make(chan error)
	go func() { aborted <- s.Abort() }()
	if _, err := f.nc.Write(packet); err != nil {
		t.Fatal(err)
	}
	if p := f.receive(); p.Type != netpkt.Stream || p.Status != netpkt.StatusError || len(p.Payload) != 0 {
		t.Errorf("got %+v, want an abort", p.Header)
	}
	h.Status = netpkt.StatusOK
	f.send(h)
	if err := <-aborted; err != nil {
		t.Error(err)
	}
	if _, err := s.Read(chunk); !errors.Is(err, client.ErrStreamEnded) {
		t.Errorf("read after abort: %v", err)
	}
}

// TestClosedWhileHeldUp: a connection whose reader waits for a stream can be
// closed.
func TestClosedWhileHeldUp(t *testing.T) {
	f, c := newFake(t, client.Options{})
	go client.CallStream(context.Background(), c, remoteproto.DomainOpenConsole, nil)
	h := f.receive().Header
	f.reply(h, netpkt.StatusOK)
	h.Type, h.Status = netpkt.Stream, netpkt.StatusContinue
	go func() {
		for range 100 {
			if _, err := f.nc.Write(append(h.Append(nil, 200_000), make([]byte, 200_000)...)); err != nil {
				return
			}
		}
	}()
	time.Sleep(50 * time.Millisecond)
	closed := make(chan struct{})
	go func() {
		c.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Fatal("Close hangs")
	}
}

// TestSilentServer: our pings go out, and unanswered ones end the connection.
func TestSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, c := newFake(t, client.Options{KeepAliveInterval: 3 * time.Second, KeepAliveCount: 2})
		start := time.Now()
		for range 2 {
			if p := f.receive(); p.Program != 0x6b656570 || p.Procedure != 1 || p.Type != netpkt.Message {
				t.Errorf("got %+v, want a ping", p.Header)
			}
		}
		<-c.Done()
		if d := time.Since(start); d != 9*time.Second || c.Err() == nil {
			t.Errorf("ended after %v with %v", d, c.Err())
		}
	})
}

// TestOpenOnTheWire: the calls that stock clients make.
func TestOpenOnTheWire(t *testing.T) {
	f, c := newFake(t, client.Options{})
	opened := make(chan error)
	go func() { opened <- client.Open(t.Context(), c, "test:///default", true) }()
	p := f.receive()
	if p.Procedure != 66 {
		t.Errorf("got %+v, want auth_list", p.Header)
	}
	f.reply(p.Header, netpkt.StatusOK, 0, 0, 0, 1, 0, 0, 0, 0)
	if p = f.receive(); p.Procedure != 60 || string(p.Payload) != "\x00\x00\x00\x0a" {
		t.Errorf("got %+v % x, want feature 10", p.Header, p.Payload)
	}
	f.reply(p.Header, netpkt.StatusOK, 0, 0, 0, 1)
	want := "\x00\x00\x00\x01\x00\x00\x00\x0ftest:///default\x00\x00\x00\x00\x01"
	if p = f.receive(); p.Procedure != 1 || string(p.Payload) != want {
		t.Errorf("got %+v % x, want connect_open", p.Header, p.Payload)
	}
	f.reply(p.Header, netpkt.StatusOK)
	if err := <-opened; err != nil {
		t.Error(err)
	}
	go func() { opened <- client.Open(t.Context(), c, "test:///default", false) }()
	f.reply(f.receive().Header, netpkt.StatusOK, 0, 0, 0, 1, 0, 0, 0, 2)
	if err := <-opened; err == nil || !strings.Contains(err.Error(), "POLKIT") {
		t.Errorf("polkit demanded: %v", err)
	}
}
