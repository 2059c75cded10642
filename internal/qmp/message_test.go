package qmp

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReader(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
		err  error
	}{
		{"", 0, io.EOF},
		{"\r\n{}\r\n\n{}\n", 2, io.EOF},
		{"{}", 0, io.ErrUnexpectedEOF},
		{"{}\n  ", 1, io.EOF},
		{"{}\n{\"return\": \"" + strings.Repeat("x", 5000) + "\"}\n", 2, io.EOF},
		{"{}\n{\"return\": \"" + strings.Repeat("x", 20_000) + "\"}\n", 1, ErrTooLarge},
		{strings.Repeat("x", 20_000), 0, ErrTooLarge},
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(c.in), "bytes": iotest.OneByteReader(strings.NewReader(c.in))} {
			r := newReader(in, 10_000)
			n := 0
			var err error
			for ; err == nil; n++ {
				_, err = r.next()
			}
			if n-1 != c.want || err != c.err {
				t.Errorf("%s of %.30q: %d messages, %v", name, c.in, n-1, err)
			}
		}
	}
}

// FuzzMonitor gives a client whatever a process may send.
func FuzzMonitor(f *testing.F) {
	for _, s := range []string{
		`{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}`,
		`{"return": {}, "id": "libvirt-1"}`,
		`{"error": {"class": "GenericError", "desc": "no"}, "id": "libvirt-1"}`,
		`{"error": {"class": "GenericError", "desc": "no"}}`,
		`{"event": "STOP", "timestamp": {"seconds": -1, "microseconds": -1}}`,
		`{"event": "RTC_CHANGE", "data": {"offset": 1e9}, "timestamp": {"seconds": 9223372036854775807, "microseconds": 5}}`,
		`{"return": null, "id": null}`, `[]`, `null`, `{"event": 5}`,
	} {
		f.Add([]byte(s + "\r\n"))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		events := 0
		c := &Client{conn: nowhere{}, greeting: make(chan struct{}), ended: make(chan struct{})}
		c.events.init(func(Event) { events++ }, nil)
		c.opts.MaxMessage = 1 << 16
		cmd := &command{name: "x", id: "libvirt-1", answer: make(chan reply, 1)}
		c.queue = []*command{cmd}
		c.mu.Lock()
		c.opts.Stuck = 1 << 60
		c.next()
		c.mu.Unlock()
		r := newReader(bytes.NewReader(in), 1<<16)
		for {
			m, err := r.next()
			if err != nil {
				c.fail(err)
				break
			}
			c.take(m)
		}
		select {
		case <-cmd.answer:
		default:
			t.Fatal("a call has got no answer")
		}
	})
}

type nowhere struct{}

func (nowhere) Read([]byte) (int, error)    { return 0, io.EOF }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }
