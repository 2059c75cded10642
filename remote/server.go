package remote

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
)

// Server serves one table of procedures on any number of listeners.
type Server struct {
	table   *proc.Table
	opts    Options
	epoch   time.Time // keepalive counts from here
	flusher flusher

	ids   atomic.Uint64
	calls atomic.Uint64

	mu        sync.Mutex
	free      *sync.Cond // a client has left, or the server stops
	conns     map[*conn]struct{}
	accepted  uint64
	listeners map[net.Listener]struct{}
	stopping  bool
	idle      *sync.Cond // no client is left
}

// NewServer makes a server for table, which must not change any more.
func NewServer(table *proc.Table, opts Options) *Server {
	s := &Server{
		table: table, opts: opts.withDefaults(), epoch: time.Now(),
		conns: map[*conn]struct{}{}, listeners: map[net.Listener]struct{}{},
	}
	s.free = sync.NewCond(&s.mu)
	s.idle = sync.NewCond(&s.mu)
	return s
}

// Stats are counts of a server.
type Stats struct {
	Clients  int    // connected now
	Accepted uint64 // connections ever
	Calls    uint64 // calls ever
}

// Stats gives the counts of this moment.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Clients: len(s.conns), Accepted: s.accepted, Calls: s.calls.Load()}
}

// Serve accepts connections on the listeners until ctx ends or Shutdown is
// called, which closes them and returns nil, or until a listener fails.
// Connections live on; Shutdown ends them. Handlers see the values of ctx.
func (s *Server) Serve(ctx context.Context, listeners ...Listener) error {
	s.mu.Lock()
	for _, l := range listeners {
		s.listeners[l.Listener] = struct{}{}
	}
	stopping := s.stopping
	s.mu.Unlock()
	if stopping {
		s.closeListeners(listeners)
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { s.closeListeners(listeners) })
	defer stop()
	failed := make(chan error, len(listeners))
	var wg sync.WaitGroup
	for _, l := range listeners {
		wg.Go(func() {
			if err := s.accept(ctx, l); err != nil {
				failed <- err
				cancel()
			}
		})
	}
	wg.Wait()
	s.closeListeners(listeners)
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func (s *Server) closeListeners(listeners []Listener) {
	s.mu.Lock()
	for _, l := range listeners {
		delete(s.listeners, l.Listener)
	}
	s.free.Broadcast()
	s.mu.Unlock()
	for _, l := range listeners {
		l.Close()
	}
}

// open reports whether the listener is to be served on.
func (s *Server) open(l Listener) bool {
	_, ok := s.listeners[l.Listener]
	return ok && !s.stopping
}

// accept serves one listener.
func (s *Server) accept(ctx context.Context, l Listener) error {
	const first, last = 5 * time.Millisecond, time.Second
	pause := first
	for {
		s.mu.Lock()
		for len(s.conns) >= s.opts.MaxClients && s.open(l) {
			s.free.Wait()
		}
		ok := s.open(l)
		s.mu.Unlock()
		if !ok {
			return nil
		}
		nc, err := l.Accept()
		if err != nil {
			s.mu.Lock()
			ok := s.open(l)
			s.mu.Unlock()
			switch {
			case !ok:
				return nil
			case errors.Is(err, net.ErrClosed):
				return err
			}
			// Most likely no descriptor is free: clients that leave change that.
			s.opts.Logger.Warn("cannot accept a connection", "error", err, "retry", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
			pause = min(2*pause, last)
			continue
		}
		pause = first
		c := s.newConn(ctx, nc, l)
		if !s.add(c, l) {
			c.abandon()
			return nil
		}
		go c.serve()
	}
}

// add makes c one of the server's connections. With several listeners one
// connection more than allowed may have been accepted: it waits here.
func (s *Server) add(c *conn, l Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.conns) >= s.opts.MaxClients && !s.stopping && (l.Listener == nil || s.open(l)) {
		s.free.Wait()
	}
	if s.stopping || l.Listener != nil && !s.open(l) {
		return false
	}
	s.conns[c] = struct{}{}
	s.accepted++
	return true
}

func (s *Server) remove(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.free.Broadcast()
	if len(s.conns) == 0 {
		s.idle.Broadcast()
	}
	s.mu.Unlock()
}

// ServeConn serves one connection that came some other way than through a
// listener, and returns when it has ended. Of l only ReadOnly and Auth count.
func (s *Server) ServeConn(ctx context.Context, nc net.Conn, l Listener) {
	l.Listener = nil
	c := s.newConn(ctx, nc, l)
	if !s.add(c, l) {
		c.abandon()
		return
	}
	stop := context.AfterFunc(ctx, func() { c.kill(ctx.Err()) })
	defer stop()
	c.ended = make(chan struct{})
	c.serve()
	<-c.ended
}

// Shutdown closes the listeners, which removes their sockets, lets the calls
// in progress be answered, ends the streams and closes every connection. When
// ctx ends first the remaining connections are closed at once and its error is
// returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	s.free.Broadcast()
	var ls []net.Listener
	for l := range s.listeners {
		ls = append(ls, l)
	}
	clear(s.listeners)
	var conns []*conn
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, l := range ls {
		l.Close()
	}
	for _, c := range conns {
		c.drain()
	}
	stop := context.AfterFunc(ctx, func() {
		for _, c := range conns {
			c.kill(ctx.Err())
		}
	})
	defer stop()
	s.mu.Lock()
	for len(s.conns) > 0 {
		s.idle.Wait()
	}
	s.mu.Unlock()
	return ctx.Err()
}
