// Package tap sits between clients and a daemon's unix socket, passes every byte on and remembers it, and can write what
// it remembers as a capture file that network analysers read: each connection as a TCP connection to the port that
// libvirt has there. File descriptors are not passed on.
package tap

import (
	"net"
	"sync"
	"time"
)

// Chunk is what one side sent in one piece.
type Chunk struct {
	FromClient bool
	At         time.Time
	Data       []byte
}

// Session is one connection.
type Session struct {
	mu     sync.Mutex
	chunks []Chunk
}

// NewSession is a session that was not recorded but made up.
func NewSession(chunks ...Chunk) *Session { return &Session{chunks: chunks} }

// Chunks are the chunks so far, in the order they passed.
func (s *Session) Chunks() []Chunk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Chunk(nil), s.chunks...)
}

// Tap is a running tap.
type Tap struct {
	listener net.Listener
	target   string
	delay    time.Duration
	mu       sync.Mutex
	sessions []*Session
	running  sync.WaitGroup
}

// New listens on a socket and connects each client to the target.
func New(socket, target string) (*Tap, error) { return NewSlow(socket, target, 0) }

// NewSlow is New with a daemon that takes its time: everything it says arrives that much later.
func NewSlow(socket, target string, delay time.Duration) (*Tap, error) {
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	t := &Tap{listener: l, target: target, delay: delay}
	t.running.Go(t.accept)
	return t, nil
}

// Sessions are the connections so far.
func (t *Tap) Sessions() []*Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*Session(nil), t.sessions...)
}

// Close ends the tap after the last client has left.
func (t *Tap) Close() error {
	err := t.listener.Close()
	t.running.Wait()
	return err
}

func (t *Tap) accept() {
	for {
		client, err := t.listener.Accept()
		if err != nil {
			return
		}
		daemon, err := net.Dial("unix", t.target)
		if err != nil {
			client.Close()
			continue
		}
		s := &Session{}
		t.mu.Lock()
		t.sessions = append(t.sessions, s)
		t.mu.Unlock()
		t.running.Go(func() { s.pass(daemon, client, true, 0) })
		t.running.Go(func() { s.pass(client, daemon, false, t.delay) })
	}
}

// pass copies one direction until it ends, and ends the connection with it.
func (s *Session) pass(to, from net.Conn, fromClient bool, delay time.Duration) {
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			time.Sleep(delay)
			// remembered before it is passed on: an answer must not stand before its question
			s.mu.Lock()
			s.chunks = append(s.chunks, Chunk{fromClient, time.Now(), append([]byte(nil), buf[:n]...)})
			s.mu.Unlock()
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Bytes is everything that one side of a session sent.
func (s *Session) Bytes(fromClient bool) []byte {
	var all []byte
	for _, c := range s.Chunks() {
		if c.FromClient == fromClient {
			all = append(all, c.Data...)
		}
	}
	return all
}
