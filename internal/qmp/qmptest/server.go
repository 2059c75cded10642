// Package qmptest is the other side of a monitor for tests: a scripted QEMU
// that has no guest.
package qmptest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
)

// Call is a command that the server has read.
type Call struct {
	Name string
	Args json.RawMessage // nil for none
	// Files are the descriptors that came with it; they are the test's to close.
	Files []*os.File
}

// Refusal is an answer that refuses.
type Refusal struct{ Class, Desc string }

func (r *Refusal) Error() string { return r.Class + ": " + r.Desc }

// Handler answers a command: a value that becomes the JSON of "return" (nil is
// the empty object), or an error. It runs on the server's only goroutine: one
// that waits is a monitor that does not answer. Silence answers nothing, ever.
type Handler func(Call) (any, error)

// Silence is the error of a handler that gives no answer.
var Silence = &Refusal{Class: "Silence"}

// Server is one scripted monitor. The zero value answers qmp_capabilities only.
type Server struct {
	// Greeting is the first message; empty is that of a QEMU 7.2.
	Greeting string
	// Handlers are the commands; others are refused as unknown. It must not be
	// changed once Serve runs; use Handle then.
	Handlers map[string]Handler

	mu    sync.Mutex
	conn  net.Conn
	calls []Call
}

const greeting = `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2+dfsg-7"}, "capabilities": ["oob"]}}`

// Pipe starts the server on one end of a pipe and gives the other.
func (s *Server) Pipe() net.Conn {
	ours, theirs := net.Pipe()
	go s.Serve(ours)
	return theirs
}

// Socket is Pipe over a unix socket, which passes files and has a buffer.
func (s *Server) Socket() (net.Conn, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	var conns [2]net.Conn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "socketpair")
		conns[i], err = net.FileConn(f)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	go s.Serve(conns[0])
	return conns[1], nil
}

// Serve greets and answers until the connection ends.
func (s *Server) Serve(conn net.Conn) {
	defer conn.Close()
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	hello := s.Greeting
	if hello == "" {
		hello = greeting
	}
	s.Send(hello)
	in := bufio.NewReader(conn)
	var files files
	if u, ok := conn.(*net.UnixConn); ok {
		files.conn = u
		in = bufio.NewReader(&files)
	}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var m struct {
			Execute   string          `json:"execute"`
			Arguments json.RawMessage `json:"arguments"`
			ID        json.RawMessage `json:"id"`
		}
		if err := json.Unmarshal(line, &m); err != nil {
			s.Send(`{"error": {"class": "GenericError", "desc": "JSON parse error"}}`)
			continue
		}
		s.answer(Call{Name: m.Execute, Args: m.Arguments, Files: files.take()}, m.ID)
	}
}

func (s *Server) answer(c Call, id json.RawMessage) {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	h := s.Handlers[c.Name]
	s.mu.Unlock()
	var value any
	var err error
	switch {
	case h != nil:
		value, err = h(c)
	case c.Name == "qmp_capabilities":
	default:
		err = &Refusal{"CommandNotFound", fmt.Sprintf("The command %s has not been found", c.Name)}
	}
	if err == Silence {
		return
	}
	if value == nil {
		value = struct{}{}
	}
	m := map[string]any{"id": id}
	if err != nil {
		r, ok := err.(*Refusal)
		if !ok {
			r = &Refusal{"GenericError", err.Error()}
		}
		m["error"] = map[string]string{"class": r.Class, "desc": r.Desc}
	} else {
		m["return"] = value
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // of the test's own value
	}
	s.Send(string(b))
}

// Handle sets the handler of a command.
func (s *Server) Handle(name string, h Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Handlers == nil {
		s.Handlers = map[string]Handler{}
	}
	s.Handlers[name] = h
}

// Event sends an event; data is what becomes its JSON, nil for none.
func (s *Server) Event(name string, data any) {
	m := map[string]any{"event": name, "timestamp": map[string]int64{"seconds": 1700000000, "microseconds": 250000}}
	if data != nil {
		m["data"] = data
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	s.Send(string(b))
}

// Send sends one line as it stands.
func (s *Server) Send(line string) {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	// A client that has gone is the test's affair.
	_, _ = conn.Write(append([]byte(line), '\r', '\n'))
}

// Hangup ends the connection.
func (s *Server) Hangup() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn.Close()
}

// Calls are the commands read so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Names are those of Calls.
func (s *Server) Names() []string {
	var names []string
	for _, c := range s.Calls() {
		names = append(names, c.Name)
	}
	return names
}
