package netpkt_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
)

// ends makes a connection: of memory, or a UNIX socket where there are any.
func ends(t *testing.T, unix bool) (a, b net.Conn) {
	t.Helper()
	if !unix {
		a, b = net.Pipe()
	} else {
		path := filepath.Join(t.TempDir(), "s")
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Skip("no UNIX sockets: ", err)
		}
		defer l.Close()
		if a, err = net.Dial("unix", path); err != nil {
			t.Fatal(err)
		}
		if b, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		a.Close()
		b.Close()
	})
	return a, b
}

func bothEnds(t *testing.T, f func(t *testing.T, a, b net.Conn)) {
	for name, unix := range map[string]bool{"memory": false, "unix": true} {
		t.Run(name, func(t *testing.T) {
			a, b := ends(t, unix)
			f(t, a, b)
		})
	}
}

func buffer(b []byte) *netpkt.Buffer {
	buf := netpkt.NewBuffer(len(b))
	buf.B = append(buf.B, b...)
	return buf
}

// TestWriterOrder: whatever way packets are queued, they come in order.
func TestWriterOrder(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		w := netpkt.NewWriter(a, nil, nil)
		var want bytes.Buffer
		received := make(chan []byte)
		go func() {
			all, _ := io.ReadAll(b)
			received <- all
		}()
		for i := range 300 {
			piece := bytes.Repeat([]byte{byte(i)}, 1+i*i%9000)
			if i%50 == 49 {
				piece = bytes.Repeat(piece, 100)
			}
			want.Write(piece)
			switch i % 4 {
			case 0:
				w.Append(piece)
			case 1:
				w.Put(buffer(piece), nil)
			case 2:
				if !w.Offer(piece[:1], piece[1:], 1<<30) {
					t.Error("offer refused")
				}
			case 3:
				half := len(piece) / 2
				if err := w.Wait(w.Begin(buffer(piece[:half]), piece[half:])); err != nil {
					t.Error(err)
				}
			}
			if i%7 == 0 {
				w.Flush()
			}
		}
		w.Flush()
		w.Finish()
		w.Flush()
		for w.Queued() > 0 {
			time.Sleep(time.Millisecond)
		}
		a.Close()
		if got := <-received; !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%d bytes came of %d, or changed", len(got), want.Len())
		}
	})
}

// TestWriterMany: packets of many goroutines stay whole.
func TestWriterMany(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		w := netpkt.NewWriter(a, nil, nil)
		const senders, each = 8, 200
		var wg sync.WaitGroup
		for s := range senders {
			wg.Go(func() {
				for i := range each {
					h := netpkt.Header{Procedure: int32(s), Serial: uint32(i)}
					payload := bytes.Repeat([]byte{byte(s)}, i*37)
					if i%3 == 0 {
						if err := w.Wait(w.Begin(buffer(h.Append(nil, len(payload))), payload)); err != nil {
							t.Error(err)
						}
					} else {
						w.Put(buffer(append(h.Append(nil, len(payload)), payload...)), nil)
						w.Flush()
					}
				}
			})
		}
		in := netpkt.NewReader(b)
		defer in.Close()
		var next [senders]uint32
		for n := 0; n < senders*each; {
			if err := in.Fill(); err != nil {
				t.Fatal(err)
			}
			var p netpkt.Packet
			for {
				ok, err := in.Next(&p)
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					break
				}
				n++
				if p.Serial != next[p.Procedure] || len(p.Payload) != int(p.Serial)*37 ||
					len(bytes.Trim(p.Payload, string([]byte{byte(p.Procedure)}))) != 0 {
					t.Fatalf("packet %+v of %d bytes, want serial %d", p.Header, len(p.Payload), next[p.Procedure])
				}
				next[p.Procedure]++
			}
		}
		wg.Wait()
	})
}

// TestWriterDoesNotWait: Flush returns though nobody reads.
func TestWriterDoesNotWait(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		progress := make(chan struct{}, 1)
		w := netpkt.NewWriter(a, func() {
			select {
			case progress <- struct{}{}:
			default:
			}
		}, nil)
		const n = 8 << 20
		w.Put(buffer(make([]byte, n)), nil)
		w.Flush()
		w.Append([]byte("behind"))
		w.Flush()
		if q := w.Queued(); q < n/2 {
			t.Errorf("%d bytes are queued", q)
		}
		if _, err := io.CopyN(io.Discard, b, n); err != nil {
			t.Fatal(err)
		}
		tail := make([]byte, 6)
		if _, err := io.ReadFull(b, tail); err != nil || string(tail) != "behind" {
			t.Errorf("got %q %v", tail, err)
		}
		<-progress
	})
}

// TestOffer counts only what was offered and is unwritten.
func TestOffer(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		w := netpkt.NewWriter(a, nil, nil)
		w.Append(make([]byte, 1000))
		if !w.Offer(make([]byte, 28), make([]byte, 72), 100) {
			t.Error("100 bytes refused with a limit of 100")
		}
		if w.Offer(make([]byte, 1), nil, 100) {
			t.Error("byte 101 was taken")
		}
		w.Flush()
		if _, err := io.CopyN(io.Discard, b, 1100); err != nil {
			t.Fatal(err)
		}
		for !w.Offer(make([]byte, 100), nil, 100) {
			time.Sleep(time.Millisecond)
		}
	})
}

// TestCancel: a packet that has not been begun does not go out; one that has
// goes out whole.
func TestCancel(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		w := netpkt.NewWriter(a, nil, nil)
		big := make([]byte, 4<<20)
		first := w.Begin(buffer([]byte("first")), big)
		firstDone := make(chan error)
		go func() { firstDone <- w.Wait(first) }()
		head := make([]byte, 5)
		if _, err := io.ReadFull(b, head); err != nil {
			t.Fatal(err)
		}
		second := w.Begin(buffer([]byte("second")), nil)
		w.Append([]byte("third"))
		w.Cancel(first)
		w.Cancel(second)
		if err := w.Wait(second); err == nil {
			t.Error("a packet that was taken back counts as written")
		}
		rest := make([]byte, len(big)+5)
		if _, err := io.ReadFull(b, rest); err != nil {
			t.Fatal(err)
		}
		if err := <-firstDone; err != nil {
			t.Errorf("a packet that was begun: %v", err)
		}
		if got := string(rest[len(big):]); got != "third" {
			t.Errorf("behind it came %q", got)
		}
		w.Cancel(first) // too late, and harmless
	})
}

// TestWriterFails: a connection that breaks is reported once, and everybody
// who waits hears of it.
func TestWriterFails(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		failures := make(chan error, 10)
		w := netpkt.NewWriter(a, nil, func(err error) { failures <- err })
		waiting := make(chan error)
		// Queued in this order, so that the small one cannot go first.
		for _, size := range []int{8 << 20, 10} {
			p := w.Begin(buffer(nil), make([]byte, size))
			go func() { waiting <- w.Wait(p) }()
		}
		time.Sleep(10 * time.Millisecond)
		b.Close()
		for range 2 {
			if err := <-waiting; err == nil {
				t.Error("a packet counts as written")
			}
		}
		if err := <-failures; err == nil {
			t.Error("no reason")
		}
		w.Append([]byte("x"))
		w.Put(buffer([]byte("x")), nil)
		w.Flush()
		w.Finish()
		if err := w.Wait(w.Begin(buffer(nil), nil)); err == nil {
			t.Error("a packet counts as written afterwards")
		}
		w.Close()
		if n := w.Queued(); n != 0 || len(failures) != 0 {
			t.Errorf("%d bytes are queued, %d more failures", n, len(failures))
		}
	})
}

// TestWriterClose drops what is queued, without a report.
func TestWriterClose(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		w := netpkt.NewWriter(a, nil, func(err error) { t.Errorf("reported %v", err) })
		w.Append([]byte("never sent"))
		p := w.Begin(buffer([]byte("nor this")), nil)
		w.Close()
		if err := w.Wait(p); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
		w.Flush()
		a.Close()
		if rest, err := io.ReadAll(b); len(rest) != 0 {
			t.Errorf("got %q %v", rest, err)
		}
	})
}

// TestWriterFinish: the end comes behind what was queued before.
func TestWriterFinish(t *testing.T) {
	bothEnds(t, func(t *testing.T, a, b net.Conn) {
		finished := make(chan error, 2)
		w := netpkt.NewWriter(a, nil, func(err error) { finished <- err })
		w.Append([]byte("last words"))
		w.Finish()
		w.Append([]byte("too late"))
		w.Flush()
		got := make([]byte, 10)
		if _, err := io.ReadFull(b, got); err != nil || string(got) != "last words" {
			t.Errorf("got %q %v", got, err)
		}
		if err := <-finished; !errors.Is(err, netpkt.ErrFinished) {
			t.Errorf("got %v", err)
		}
		a.Close()
		if rest, _ := io.ReadAll(b); len(rest) != 0 {
			t.Errorf("behind the end came %q", rest)
		}
	})
}
