// Package virttest is a libvirt host for tests, as net/http/httptest is a web
// server for them:
//
//	func TestInventory(t *testing.T) {
//		host := virttest.New(t, virttest.WithDomains(500))
//		conn := host.Dial()
//		ret, err := client.Call(t.Context(), conn, remoteproto.ConnectNumOfDomains, nil)
//		...
//	}
//
// The host is all of govirtd's simulated one: domains are defined, started and
// stopped, events are sent, consoles answer, and what libvirt refuses is
// refused with its code and words. It runs inside the test's process and
// belongs to that test alone, so tests can run side by side. It needs no
// daemon, no libvirt and no privileges, and takes a few milliseconds.
//
// # Connections
//
// Dial opens a connection in memory with remote/client. Pipe gives the bare
// transport for another client library that takes a net.Conn. URI makes a
// UNIX socket for whatever wants one: virsh, libvirt-python, libvirt-go. There
// is no socket before it is asked for.
//
// # The world
//
// A host begins as libvirt's own test:///default: one running domain called
// test. WithDomains fills it with made-up ones, FromXML reads a file in the
// format of libvirt's test driver. Names, identifiers and whatever else is
// left to chance follow from the seed, which is 1 unless WithSeed says
// otherwise: the same test sees the same world each time, on each machine.
// Programs in other languages get the same one from
//
//	govirtd --domains 500 --seed 1 --sock-dir DIR
//
// # Time
//
// The host uses package time, so inside a testing/synctest bubble its clock is
// the bubble's, and synctest.Wait returns when it has nothing left to do. Dial
// and Pipe can be used there; sockets cannot, for no bubble can see into the
// kernel.
//
// # The end
//
// New registers the end with the test: every connection is closed, every
// goroutine has ended and the socket is removed when the test is over.
package virttest

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/internal/seed"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

// TB is what is needed of a testing.TB.
type TB interface {
	Helper()
	Cleanup(func())
	Fatal(args ...any)
}

// Hostname is what virConnectGetHostname answers.
const Hostname = "host.example"

// Host is a simulated host. Its methods may be called from any goroutine.
type Host struct {
	tb     TB // nil outside of tests
	uri    string
	server *remote.Server
	serves sync.WaitGroup // connections and the listener

	mu     sync.Mutex
	conns  []*client.Conn
	socket socket
	closed bool
}

// New makes a host that ends with the test.
func New(tb TB, options ...Option) *Host {
	tb.Helper()
	h := Start(options...)
	h.tb = tb
	tb.Cleanup(h.Close)
	return h
}

// Start makes a host outside of a test. What fails then panics. Close ends it.
func Start(options ...Option) *Host {
	c := config{uri: defaultURI, defaultURI: defaultURI, seed: 1}
	for _, o := range options {
		o(&c)
	}
	e := engine.New(engine.Config{
		Drivers: append([]drivers.Driver{testpersonality.Driver{
			NewBackend: func(h drivers.SimulatedHost) drivers.Backend { return sim.New(h, time.Now) },
			Domains:    c.domains,
			Seed:       c.seed,
			ShareFiles: !c.strict,
		}}, c.drivers...),
		DefaultURI: c.defaultURI,
		Strict:     c.strict,
		Rand:       seed.Reader(c.seed),
		Hostname:   Hostname,
	})
	log := slog.New(slog.DiscardHandler)
	return &Host{uri: c.uri, server: remote.NewServer(e.Table(), remote.Options{Logger: log})}
}

// fail ends the test, or panics where there is none.
func (h *Host) fail(err error) {
	if h.tb == nil {
		panic("virttest: " + err.Error())
	}
	h.tb.Helper()
	h.tb.Fatal("virttest: ", err)
}

// Pipe is a new connection in memory, to which nobody has spoken yet.
func (h *Host) Pipe() net.Conn {
	ours, theirs := net.Pipe()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		ours.Close()
		return theirs // reads and writes fail
	}
	h.serves.Go(func() { h.server.ServeConn(context.Background(), ours, remote.Listener{}) })
	return theirs
}

// Dial opens a connection to the host. It is closed at the end of the test;
// closing it earlier does no harm.
func (h *Host) Dial() *client.Conn { return h.dial(false) }

// DialReadOnly opens a connection that may look and not touch.
func (h *Host) DialReadOnly() *client.Conn { return h.dial(true) }

func (h *Host) dial(readOnly bool) *client.Conn {
	if h.tb != nil {
		h.tb.Helper()
	}
	c := client.New(h.Pipe(), client.Options{})
	if err := client.Open(context.Background(), c, h.uri, readOnly); err != nil {
		c.Close()
		h.fail(err)
	}
	h.mu.Lock()
	h.conns = append(h.conns, c)
	h.mu.Unlock()
	return c
}

// Close ends the host: connections are closed, goroutines have ended and the
// socket is gone when it returns. A second Close does nothing.
func (h *Host) Close() {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return
	}
	h.closed = true
	conns := h.conns
	h.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
	// Nobody waits for calls that are still running: their contexts end.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h.server.Shutdown(ctx)
	h.serves.Wait()
	h.socket.remove()
}
