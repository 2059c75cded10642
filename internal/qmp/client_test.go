package qmp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/internal/qmp/qmptest"
)

// opened is a client that has shaken hands.
func opened(t *testing.T, s *qmptest.Server, o qmp.Options) *qmp.Client {
	t.Helper()
	c := qmp.New(s.Pipe(), o)
	t.Cleanup(func() { c.Close() })
	if _, err := c.Handshake(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func status(c qmptest.Call) (any, error) {
	return map[string]any{"status": "running", "running": true}, nil
}

func TestHandshake(t *testing.T) {
	s := &qmptest.Server{}
	c := qmp.New(s.Pipe(), qmp.Options{})
	defer c.Close()
	g, err := c.Handshake(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if g.Number() != 7002022 || g.Version.Package != "Debian 1:7.2+dfsg-7" || !slices.Equal(g.Capabilities, []string{"oob"}) {
		t.Errorf("greeting %+v", g)
	}
	if got := s.Names(); !slices.Equal(got, []string{"qmp_capabilities"}) {
		t.Errorf("calls %v", got)
	}
}

func TestHandshakeWithoutGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &qmptest.Server{Greeting: "{}"}
		c := qmp.New(s.Pipe(), qmp.Options{})
		defer c.Close()
		if _, err := c.Handshake(within(t, time.Second)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

func TestRun(t *testing.T) {
	s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
		"query-status": status,
		"balloon": func(c qmptest.Call) (any, error) {
			return nil, &qmptest.Refusal{Class: "DeviceNotActive", Desc: "No balloon device has been activated"}
		},
	}}
	c := opened(t, s, qmp.Options{})
	var out struct{ Status string }
	if err := c.Run(t.Context(), "query-status", nil, &out); err != nil || out.Status != "running" {
		t.Errorf("status %q, error %v", out.Status, err)
	}
	err := c.Run(t.Context(), "balloon", map[string]uint64{"value": 1 << 53}, nil)
	var refused *qmp.Error
	if !errors.As(err, &refused) || refused.Class != "DeviceNotActive" {
		t.Errorf("error %#v", err)
	}
	if want := "unable to execute QEMU command 'balloon': No balloon device has been activated"; err.Error() != want {
		t.Errorf("error %q", err)
	}
	if got := string(s.Calls()[2].Args); got != `{"value":9007199254740992}` {
		t.Errorf("arguments %s", got)
	}
	if err := c.Run(t.Context(), "x", make(chan int), nil); err == nil {
		t.Error("a channel has become JSON")
	}
	var wrong struct{ Status int }
	if err := c.Run(t.Context(), "query-status", nil, &wrong); err == nil || !strings.Contains(err.Error(), "query-status") {
		t.Errorf("error %v", err)
	}
}

// TestTurns has many callers: each gets its own answer, in the order in which
// they came.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
			"echo": func(c qmptest.Call) (any, error) {
				time.Sleep(time.Millisecond)
				return c.Args, nil
			},
		}}
		c := opened(t, s, qmp.Options{})
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				var got int
				if err := c.Run(t.Context(), "echo", i, &got); err != nil || got != i {
					t.Errorf("call %d: %d, %v", i, got, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		for i, call := range s.Calls()[1:] {
			if string(call.Args) != fmt.Sprint(i) {
				t.Fatalf("call %d had arguments %s", i, call.Args)
			}
		}
	})
}

// TestSilence walks through a monitor that stops answering and comes back.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		thaw := make(chan struct{})
		s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
			"query-status": status,
			"query-block": func(qmptest.Call) (any, error) {
				<-thaw
				return []string{"late"}, nil
			},
		}}
		c := opened(t, s, qmp.Options{Stuck: 10 * time.Second})
		start := time.Now()

		silent := func(err error, command string, after time.Duration) {
			t.Helper()
			var e *qmp.SilentError
			if !errors.As(err, &e) || e.Command != command || !e.Since.Equal(start) {
				t.Errorf("error %#v", err)
			}
			if got := time.Since(start); got != after {
				t.Errorf("after %v, not %v", got, after)
			}
		}
		err := c.Run(within(t, 3*time.Second), "query-block", nil, nil)
		silent(err, "query-block", 3*time.Second)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if want := "the monitor has not answered 'query-block' for 3s"; err.Error() != want {
			t.Errorf("error %q", err)
		}
		// Another one waits for its turn, until its own time is over.
		silent(c.Run(within(t, 2*time.Second), "query-status", nil, nil), "query-block", 5*time.Second)
		// One with more time ends when the monitor is known to be stuck.
		silent(c.Run(within(t, time.Hour), "query-status", nil, nil), "query-block", 10*time.Second)
		// From then on nobody waits.
		silent(c.Run(t.Context(), "query-status", nil, nil), "query-block", 10*time.Second)
		if name, since, ok := c.Busy(); name != "query-block" || !since.Equal(start) || !ok {
			t.Errorf("busy with %q since %v, %v", name, since, ok)
		}
		// The late answer is nobody's, and all is well again.
		close(thaw)
		synctest.Wait()
		var out struct{ Status string }
		if err := c.Run(t.Context(), "query-status", nil, &out); err != nil || out.Status != "running" {
			t.Errorf("status %q, error %v", out.Status, err)
		}
		if got := s.Names(); !slices.Equal(got, []string{"qmp_capabilities", "query-block", "query-status"}) {
			t.Errorf("calls %v", got)
		}
	})
}

// TestUnread has a process that does not even read what it is sent.
func TestUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		thaw := make(chan struct{})
		s := &qmptest.Server{}
		ours, theirs := net.Pipe()
		go s.Serve(halting{theirs, thaw})
		c := qmp.New(ours, qmp.Options{Stuck: time.Second})
		defer c.Close()
		if _, err := c.Handshake(t.Context()); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var e *qmp.SilentError
		for range 2 {
			ctx := qmp.WithOwner(within(t, 500*time.Millisecond), "somebody")
			if err := c.Run(ctx, "query-status", nil, nil); !errors.As(err, &e) || e.Command != "query-status" || e.What() != "'query-status' of somebody" {
				t.Errorf("error %v", err)
			}
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("after %v", got)
		}
		close(thaw)
		synctest.Wait()
		if err := c.Run(within(t, time.Second), "qmp_capabilities", nil, nil); err != nil {
			t.Errorf("error %v", err)
		}
	})
}

// halting reads one command and the next only once it may go on.
type halting struct {
	net.Conn
	thaw chan struct{}
}

func (h halting) Write(p []byte) (int, error) {
	n, err := h.Conn.Write(p)
	if strings.Contains(string(p), "return") {
		<-h.thaw
	}
	return n, err
}

func TestEventsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		hold := make(chan struct{})
		s := &qmptest.Server{Handlers: map[string]qmptest.Handler{"query-status": status}}
		c := opened(t, s, qmp.Options{
			Events: func(e qmp.Event) {
				<-hold
				got = append(got, e.Name+string(e.Data))
				if !e.Time.Equal(time.Unix(1700000000, 250000000)) {
					t.Errorf("time %v", e.Time)
				}
			},
			Closed: func(err error) { got = append(got, err.Error()) },
		})
		s.Event("STOP", nil)
		s.Event("RTC_CHANGE", map[string]int{"offset": 3})
		s.Event("RESUME", nil)
		// A listener that waits holds up no command.
		if err := c.Run(t.Context(), "query-status", nil, nil); err != nil {
			t.Fatal(err)
		}
		s.Hangup()
		<-c.Done()
		if err := c.Run(t.Context(), "query-status", nil, nil); !errors.Is(err, io.EOF) {
			t.Errorf("error %v", err)
		}
		close(hold)
		synctest.Wait()
		want := []string{"STOP", `RTC_CHANGE{"offset":3}`, "RESUME", "the monitor has hung up: EOF"}
		if !slices.Equal(got, want) {
			t.Errorf("events %q", got)
		}
	})
}

func TestSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := 0
		s := &qmptest.Server{}
		s.Handle("stop", func(qmptest.Call) (any, error) {
			s.Event("STOP", nil)
			return nil, nil
		})
		c := opened(t, s, qmp.Options{Events: func(qmp.Event) { time.Sleep(time.Second); told++ }})
		c.Settle(t.Context())
		for i := range 3 {
			if err := c.Run(t.Context(), "stop", nil, nil); err != nil {
				t.Fatal(err)
			}
			c.Settle(t.Context())
			if told != i+1 {
				t.Errorf("%d events", told)
			}
		}
		_ = c.Run(t.Context(), "stop", nil, nil)
		start := time.Now()
		c.Settle(within(t, time.Millisecond))
		if got := time.Since(start); got != time.Millisecond {
			t.Errorf("waited %v", got)
		}
		time.Sleep(time.Second)
	})
}

// TestFlood has more events than the client keeps: it waits for the listener
// and loses none.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		hold := make(chan struct{})
		s := &qmptest.Server{}
		c := opened(t, s, qmp.Options{Events: func(e qmp.Event) { <-hold; n++ }})
		go func() {
			for range 10000 {
				s.Event("BALLOON_CHANGE", nil)
			}
			s.Hangup()
		}()
		synctest.Wait()
		if c.Err() != nil {
			t.Fatal(c.Err())
		}
		close(hold)
		<-c.Done()
		synctest.Wait()
		if n != 10000 {
			t.Errorf("%d events", n)
		}
	})
}

func TestCloseEndsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
			"wait": func(qmptest.Call) (any, error) { return nil, qmptest.Silence },
		}}
		c := opened(t, s, qmp.Options{})
		errs := make(chan error, 2)
		for range 2 {
			go func() { errs <- c.Run(t.Context(), "wait", nil, nil) }()
		}
		synctest.Wait()
		c.Close()
		for range 2 {
			if err := <-errs; !errors.Is(err, qmp.ErrClosed) {
				t.Errorf("error %v", err)
			}
		}
		if err := c.Run(t.Context(), "wait", nil, nil); !errors.Is(err, qmp.ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
}

// TestUnreadable has a command that QEMU could not make sense of: its answer
// names nobody, and is for the one that waits.
func TestUnreadable(t *testing.T) {
	s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
		"x": func(qmptest.Call) (any, error) { return nil, qmptest.Silence },
	}}
	c := opened(t, s, qmp.Options{})
	go func() {
		for len(s.Calls()) < 2 {
			time.Sleep(time.Millisecond)
		}
		s.Send(`{"return": 1, "id": "libvirt-77"}`)
		s.Send(`{"error": {"class": "GenericError", "desc": "JSON parse error"}}`)
	}()
	if err := c.Run(within(t, 5*time.Second), "x", nil, nil); err == nil || !strings.HasSuffix(err.Error(), "'x': JSON parse error") {
		t.Errorf("error %v", err)
	}
}

func TestBrokenMonitor(t *testing.T) {
	for name, line := range map[string]string{
		"large": `{"return": "` + strings.Repeat("x", 100_000) + `"}`,
		"text":  "bash: command not found",
	} {
		s := &qmptest.Server{}
		c := opened(t, s, qmp.Options{MaxMessage: 50_000})
		go s.Send(line)
		<-c.Done()
		var syntax *json.SyntaxError
		if err := c.Err(); !errors.Is(err, qmp.ErrTooLarge) && !errors.As(err, &syntax) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestRaw(t *testing.T) {
	s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
		"query-status": status,
		"silent":       func(qmptest.Call) (any, error) { return nil, qmptest.Silence },
	}}
	c := opened(t, s, qmp.Options{})
	for _, x := range []struct{ in, want string }{
		{` { "execute": "query-status" } `, `{"id":"libvirt-2","return":{"running":true,"status":"running"}}`},
		{`{"execute":"nosuch"}`, `{"error":{"class":"CommandNotFound","desc":"The command nosuch has not been found"},"id":"libvirt-3"}`},
		{`{}`, `{"error":{"class":"CommandNotFound","desc":"The command  has not been found"},"id":"libvirt-4"}`},
		{`[1]`, `{"error":{"class":"GenericError","desc":"JSON parse error"}}`},
	} {
		got, err := c.RunRaw(t.Context(), []byte(x.in))
		if err != nil || string(got) != x.want {
			t.Errorf("%s: %s, %v", x.in, got, err)
		}
	}
	for in, want := range map[string]error{`{"execute":"query-status","id":1}`: qmp.ErrHasID, "garbage": nil, "": nil} {
		if got, err := c.RunRaw(t.Context(), []byte(in)); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	var silent *qmp.SilentError
	if _, err := c.RunRaw(within(t, time.Millisecond), []byte(`{"execute":"silent"}`)); !errors.As(err, &silent) || silent.Command != "silent" {
		t.Errorf("error %v", err)
	}
}

func TestLongAnswer(t *testing.T) {
	long := strings.Repeat("0123456789", 50_000)
	s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
		"long": func(qmptest.Call) (any, error) { return long, nil },
	}}
	c := opened(t, s, qmp.Options{})
	var got string
	if err := c.Run(t.Context(), "long", nil, &got); err != nil || got != long {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
}

func TestFiles(t *testing.T) {
	s := &qmptest.Server{Handlers: map[string]qmptest.Handler{
		"getfd": func(c qmptest.Call) (any, error) {
			if len(c.Files) != 1 {
				return nil, fmt.Errorf("%d files", len(c.Files))
			}
			defer c.Files[0].Close()
			_, err := c.Files[0].WriteString("from the other side")
			return nil, err
		},
	}}
	conn, err := s.Socket()
	if err != nil {
		t.Fatal(err)
	}
	c := qmp.New(conn, qmp.Options{})
	defer c.Close()
	if _, err := c.Handshake(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := c.RunFiles(t.Context(), "getfd", map[string]string{"fdname": "x"}, nil, w); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != "from the other side" {
		t.Errorf("read %q, %v", b, err)
	}
	// A file that is closed fails its call and nothing else.
	if err := c.RunFiles(t.Context(), "getfd", nil, nil, w); err == nil {
		t.Error("a closed file was sent")
	}
	if err := c.Run(t.Context(), "qmp_capabilities", nil, nil); err != nil {
		t.Error(err)
	}
	pipe := opened(t, &qmptest.Server{}, qmp.Options{})
	if err := pipe.RunFiles(t.Context(), "getfd", nil, nil, r); err == nil {
		t.Error("a pipe has taken a file")
	}
}
