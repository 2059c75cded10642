package remote_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote/client"
)

// streamTable serves the same function on every kind of stream.
func streamTable(f proc.StreamFunc) *proc.Table {
	t := newTable()
	proc.Bind(t, remoteproto.DomainOpenConsole, nil,
		func(_ context.Context, c *proc.Call, _ *remoteproto.DomainOpenConsoleArgs) (*proc.Void, error) {
			c.ServeStream(f)
			return nil, nil
		})
	proc.Bind(t, remoteproto.StorageVolDownload, nil,
		func(_ context.Context, c *proc.Call, _ *remoteproto.StorageVolDownloadArgs) (*proc.Void, error) {
			c.ServeStream(f)
			return nil, nil
		}).Quick = true
	proc.Bind(t, remoteproto.StorageVolUpload, nil,
		func(_ context.Context, c *proc.Call, a *remoteproto.StorageVolUploadArgs) (*proc.Void, error) {
			c.ServeStream(f)
			if a.Offset != 0 {
				return nil, vir.NewError(vir.FromStorage, vir.ErrNoStorageVol)
			}
			return nil, nil
		})
	return t
}

// streamEnds connects a client to f both ways: over a socket and without.
func streamEnds(t *testing.T, f proc.StreamFunc, test func(t *testing.T, c *client.Conn)) {
	srv, path := startServer(t, streamTable(f), quietOptions())
	t.Run("unix", func(t *testing.T) { test(t, dial(t, path)) })
	t.Run("memory", func(t *testing.T) { test(t, pipe(t, srv, client.Options{})) })
}

func openConsole(t testing.TB, c *client.Conn) *client.Stream {
	t.Helper()
	_, s, err := client.CallStream(context.Background(), c, remoteproto.DomainOpenConsole, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openDownload(t testing.TB, c *client.Conn, sparse bool) *client.Stream {
	t.Helper()
	a := &remoteproto.StorageVolDownloadArgs{}
	if sparse {
		a.Flags = remoteproto.StorageVolDownloadSparseStream
	}
	_, s, err := client.CallStream(context.Background(), c, remoteproto.StorageVolDownload, a)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openUpload(t testing.TB, c *client.Conn, sparse bool) *client.Stream {
	t.Helper()
	a := &remoteproto.StorageVolUploadArgs{}
	if sparse {
		a.Flags = remoteproto.StorageVolUploadSparseStream
	}
	_, s, err := client.CallStream(context.Background(), c, remoteproto.StorageVolUpload, a)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// alive checks that the connection of a stream still answers.
func alive(t testing.TB, c *client.Conn) {
	t.Helper()
	if _, err := client.Call(context.Background(), c, remoteproto.ConnectGetLibVersion, nil); err != nil {
		t.Errorf("connection: %v", err)
	}
}

// TestEchoConsole: what is typed comes back, until the client finishes.
func TestEchoConsole(t *testing.T) {
	echo := func(_ context.Context, s proc.Stream) error {
		_, err := io.Copy(s, struct{ io.Reader }{s})
		return err
	}
	streamEnds(t, echo, func(t *testing.T, c *client.Conn) {
		s := openConsole(t, c)
		for _, line := range []string{"hello\r", "x", "\n", string(bytes.Repeat([]byte("long"), 10_000))} {
			if _, err := io.WriteString(s, line); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(line))
			if _, err := io.ReadFull(s, got); err != nil || string(got) != line {
				t.Fatalf("got %q %v, want %q", got, err, line)
			}
		}
		alive(t, c)
		if err := s.Finish(); err != nil {
			t.Error(err)
		}
		if _, err := s.Write([]byte("more")); !errors.Is(err, client.ErrStreamEnded) {
			t.Errorf("write after finish: %v", err)
		}
		alive(t, c)
	})
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

// TestDownload: everything arrives, then the end of data, then finish.
func TestDownload(t *testing.T) {
	for _, size := range []int{0, 1, netpkt.StreamChunk - 1, netpkt.StreamChunk, netpkt.StreamChunk + 1, 20_000_001} {
		data := randomBytes(size)
		send := func(_ context.Context, s proc.Stream) error {
			n, err := s.Write(data)
			if err == nil && n != len(data) {
				err = io.ErrShortWrite
			}
			return err
		}
		streamEnds(t, send, func(t *testing.T, c *client.Conn) {
			s := openDownload(t, c, false)
			got, err := io.ReadAll(s)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes of %d, error %v", len(got), len(data), err)
			}
			if err := s.Finish(); err != nil {
				t.Error(err)
			}
			alive(t, c)
		})
	}
}

// TestUpload: everything arrives before the finish is confirmed.
func TestUpload(t *testing.T) {
	var sum atomic.Pointer[[32]byte]
	receive := func(_ context.Context, s proc.Stream) error {
		h := sha256.New()
		b := make([]byte, 1<<20)
		for {
			n, err := s.Read(b)
			h.Write(b[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
		time.Sleep(10 * time.Millisecond) // the finish must wait for this
		got := [32]byte(h.Sum(nil))
		sum.Store(&got)
		return nil
	}
	data := randomBytes(20_000_001)
	want := sha256.Sum256(data)
	streamEnds(t, receive, func(t *testing.T, c *client.Conn) {
		sum.Store(nil)
		s := openUpload(t, c, false)
		if n, err := s.Write(data); err != nil || n != len(data) {
			t.Fatal(n, err)
		}
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		if got := sum.Load(); got == nil || *got != want {
			t.Error("finish was confirmed before the data had arrived, or it arrived wrong")
		}
		if err := s.Close(); err != nil {
			t.Errorf("close after finish: %v", err)
		}
		alive(t, c)
	})
}

// TestHolesUp: pieces of a sparse upload come as they were sent, and Read sees
// zeros.
func TestHolesUp(t *testing.T) {
	type seen struct {
		data string
		hole int64
	}
	pieces := make(chan seen, 10)
	receive := func(_ context.Context, s proc.Stream) error {
		for {
			data, hole, err := s.ReadPiece()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			pieces <- seen{string(data), hole}
		}
	}
	streamEnds(t, receive, func(t *testing.T, c *client.Conn) {
		s := openUpload(t, c, true)
		s.Write([]byte("one"))
		s.WriteHole(1 << 40)
		s.WriteHole(5)
		s.Write([]byte("two"))
		s.WriteHole(7)
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		for _, want := range []seen{{"one", 0}, {"", 1 << 40}, {"", 5}, {"two", 0}, {"", 7}} {
			if got := <-pieces; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	})
	whole := make(chan []byte, 1)
	flat := func(_ context.Context, s proc.Stream) error {
		b, err := io.ReadAll(s)
		whole <- b
		return err
	}
	streamEnds(t, flat, func(t *testing.T, c *client.Conn) {
		s := openUpload(t, c, true)
		s.Write([]byte("ab"))
		s.WriteHole(3)
		s.Write([]byte("c"))
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		if got := <-whole; string(got) != "ab\x00\x00\x00c" {
			t.Errorf("got %q", got)
		}
	})
}

// TestHolesDown: a sparse download sends holes in their place; one that is not
// sparse may not.
func TestHolesDown(t *testing.T) {
	holeErr := make(chan error, 1)
	send := func(_ context.Context, s proc.Stream) error {
		s.Write([]byte("head"))
		err := s.WriteHole(1044480)
		holeErr <- err
		s.Write([]byte("tail"))
		s.WriteHole(0)
		return nil
	}
	streamEnds(t, send, func(t *testing.T, c *client.Conn) {
		s := openDownload(t, c, true)
		data, hole, err := s.ReadPiece()
		if string(data) != "head" || hole != 0 || err != nil {
			t.Errorf("got %q %d %v", data, hole, err)
		}
		if data, hole, err = s.ReadPiece(); data != nil || hole != 1044480 || err != nil {
			t.Errorf("got %q %d %v", data, hole, err)
		}
		if rest, err := io.ReadAll(s); string(rest) != "tail" || err != nil {
			t.Errorf("got %q %v", rest, err)
		}
		if err := s.Finish(); err != nil || <-holeErr != nil {
			t.Error(err)
		}
		s = openDownload(t, c, false)
		if all, err := io.ReadAll(s); string(all) != "headtail" || err != nil || <-holeErr == nil {
			t.Errorf("got %q %v", all, err)
		}
		s.Finish()
	})
}

// TestBadHoles: a hole on a stream that is not sparse closes the connection, as
// a malformed one does.
func TestBadHoles(t *testing.T) {
	wait := func(ctx context.Context, _ proc.Stream) error { <-ctx.Done(); return nil }
	srv, path := startServer(t, streamTable(wait), quietOptions())
	open := func(c *raw, flags uint32) netpkt.Header {
		args, err := remoteproto.StorageVolUpload.AppendArgs(nil, &remoteproto.StorageVolUploadArgs{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		h := callHeader(remoteproto.ProcStorageVolUpload, 1)
		c.send(h, args...)
		c.receive()
		h.Type, h.Status = netpkt.Hole, netpkt.StatusContinue
		return h
	}
	good := []byte{0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0}
	for _, tt := range []struct {
		name   string
		sparse uint32
		hole   []byte
	}{
		{"not sparse", 0, good},
		{"short", 1, good[:11]},
		{"negative", 1, append([]byte{255}, good[1:]...)},
		{"flags", 1, append(good[:11:11], 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
				c.send(open(c, tt.sparse), tt.hole...)
				c.wantClosed()
			}
		})
	}
	c := dialRaw(t, path)
	h := open(c, 1)
	c.send(h, good...)
	c.send(h, make([]byte, 12)...) // a hole of nothing
	c.wantAlive()
}

// TestFailingStream: the error goes out unasked, and the stream is forgotten.
func TestFailingStream(t *testing.T) {
	noSpace := vir.Errorf(vir.FromStreams, vir.ErrSystemError, "cannot write to stream: %s", "No space left on device")
	noSpace.Int1 = 28
	for _, tt := range []struct {
		name string
		f    proc.StreamFunc
		want vir.ErrorNumber
	}{
		{"libvirt error", func(context.Context, proc.Stream) error { return noSpace }, vir.ErrSystemError},
		{"other error", func(context.Context, proc.Stream) error { return errTest }, vir.ErrInternalError},
		{"panic", func(context.Context, proc.Stream) error { panic(errTest) }, vir.ErrInternalError},
		{"after data", func(_ context.Context, s proc.Stream) error {
			s.Read(make([]byte, 10))
			return noSpace
		}, vir.ErrSystemError},
	} {
		t.Run(tt.name, func(t *testing.T) {
			streamEnds(t, tt.f, func(t *testing.T, c *client.Conn) {
				s := openUpload(t, c, false)
				var err error
				for err == nil {
					_, err = s.Write([]byte("data"))
				}
				var ve *vir.Error
				if !errors.As(err, &ve) || ve.Code != tt.want {
					t.Errorf("got %v", err)
				}
				if err := s.Finish(); !errors.As(err, &ve) {
					t.Errorf("finish: %v", err)
				}
				alive(t, c)
			})
		})
	}
}

// TestLateStreamPackets: what comes for a stream that has failed gets no answer.
func TestLateStreamPackets(t *testing.T) {
	fail := func(context.Context, proc.Stream) error { return vir.NewError(vir.FromTest, vir.ErrNoDomain) }
	srv, path := startServer(t, streamTable(fail), quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		h := callHeader(remoteproto.ProcDomainOpenConsole, 8)
		c.send(h, make([]byte, 4+16+4+4+4)...)
		c.receive()
		got, e := c.receiveError()
		h.Type, h.Status = netpkt.Stream, netpkt.StatusError
		if got != h || e.Code != vir.ErrNoDomain {
			t.Errorf("got %+v %v", got, e)
		}
		for _, status := range []netpkt.Status{netpkt.StatusContinue, netpkt.StatusOK, netpkt.StatusError} {
			h.Status = status
			c.send(h)
		}
		c.wantAlive()
	}
}

// TestFailedCallHasNoStream: a stream exists only if its call succeeded.
func TestFailedCallHasNoStream(t *testing.T) {
	var served atomic.Bool
	f := func(context.Context, proc.Stream) error { served.Store(true); return nil }
	streamEnds(t, f, func(t *testing.T, c *client.Conn) {
		_, _, err := client.CallStream(t.Context(), c, remoteproto.StorageVolUpload, &remoteproto.StorageVolUploadArgs{Offset: 1})
		if !errors.Is(err, vir.NewError(vir.FromStorage, vir.ErrNoStorageVol)) {
			t.Errorf("got %v", err)
		}
		alive(t, c)
		if served.Load() {
			t.Error("the stream of a failed call was served")
		}
	})
}

// TestAbort: the client's abort ends the context, wakes readers and writers,
// and is confirmed behind nothing that has not been begun.
func TestAbort(t *testing.T) {
	ended := make(chan error, 1)
	for _, tt := range []struct {
		name string
		f    proc.StreamFunc
	}{
		{"while reading", func(_ context.Context, s proc.Stream) error {
			_, err := s.Read(make([]byte, 1))
			ended <- err
			return err
		}},
		{"while writing", func(_ context.Context, s proc.Stream) error {
			var err error
			for err == nil {
				_, err = s.Write(make([]byte, 100_000))
			}
			ended <- err
			return err
		}},
		{"while waiting", func(ctx context.Context, _ proc.Stream) error {
			<-ctx.Done()
			ended <- proc.ErrStreamAborted
			return errTest
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			streamEnds(t, tt.f, func(t *testing.T, c *client.Conn) {
				s := openConsole(t, c)
				time.Sleep(20 * time.Millisecond)
				if err := s.Abort(); err != nil {
					t.Error(err)
				}
				if err := <-ended; !errors.Is(err, proc.ErrStreamAborted) {
					t.Errorf("function saw %v", err)
				}
				alive(t, c)
			})
		})
	}
}

// TestConnectionLost ends streams as an abort does.
func TestConnectionLost(t *testing.T) {
	ended := make(chan error, 1)
	f := func(_ context.Context, s proc.Stream) error {
		_, err := s.Read(make([]byte, 1))
		ended <- err
		return err
	}
	streamEnds(t, f, func(t *testing.T, c *client.Conn) {
		s := openConsole(t, c)
		c.Close()
		if err := <-ended; !errors.Is(err, proc.ErrStreamAborted) {
			t.Errorf("function saw %v", err)
		}
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, client.ErrClosed) {
			t.Errorf("client saw %v", err)
		}
	})
}

// TestServerEndsFirst: the guest behind a console is gone. The client is told
// that there is no more data; what it still types is thrown away, and its
// finish is confirmed when it comes.
func TestServerEndsFirst(t *testing.T) {
	bye := func(_ context.Context, s proc.Stream) error {
		_, err := io.WriteString(s, "bye")
		return err
	}
	streamEnds(t, bye, func(t *testing.T, c *client.Conn) {
		for _, end := range []func(*client.Stream) error{(*client.Stream).Finish, (*client.Stream).Abort} {
			s := openConsole(t, c)
			if all, err := io.ReadAll(s); string(all) != "bye" || err != nil {
				t.Errorf("got %q %v", all, err)
			}
			for range 100 {
				if _, err := s.Write(make([]byte, 100_000)); err != nil {
					t.Fatal(err)
				}
			}
			alive(t, c)
			if err := end(s); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestFinishBeforeServerIsDone: finish is confirmed when the function returns,
// and what it sends until then comes first.
func TestFinishBeforeServerIsDone(t *testing.T) {
	wait := make(chan struct{})
	f := func(_ context.Context, s proc.Stream) error {
		if _, err := io.ReadAll(s); err != nil {
			return err
		}
		<-wait
		_, err := io.WriteString(s, "late")
		return err
	}
	srv, path := startServer(t, streamTable(f), quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		h := callHeader(remoteproto.ProcDomainOpenConsole, 8)
		c.send(h, make([]byte, 4+16+4+4+4)...)
		c.receive()
		h.Type = netpkt.Stream
		c.send(h)
		c.send(h) // once more: it changes nothing
		c.wantAlive()
		wait <- struct{}{}
		if p := c.receive(); string(p.Payload) != "late" || p.Status != netpkt.StatusContinue {
			t.Errorf("got %+v %q", p.Header, p.Payload)
		}
		if p := c.receive(); p.Header != h || len(p.Payload) != 0 {
			t.Errorf("got %+v %q, want the finish confirmed", p.Header, p.Payload)
		}
		c.wantAlive()
	}
}

// TestOddStreamPackets: as the reference answers them.
func TestOddStreamPackets(t *testing.T) {
	ended := make(chan struct{}, 1)
	f := func(ctx context.Context, _ proc.Stream) error {
		<-ctx.Done()
		ended <- struct{}{}
		return nil
	}
	srv, path := startServer(t, streamTable(f), quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		h := callHeader(remoteproto.ProcDomainOpenConsole, 8)
		args := make([]byte, 4+16+4+4+4)
		c.send(h, args...)
		c.receive()
		c.send(h, args...) // the same serial again
		if _, e := c.receiveError(); e.Code != vir.ErrRPC {
			t.Errorf("stream opened twice: %v", e)
		}
		h.Type = netpkt.Stream
		empty := h
		empty.Status = netpkt.StatusContinue
		c.send(empty) // no data
		other := h
		other.Version = 2
		c.send(other) // not this stream
		c.wantAlive()
		h.Status = 3
		c.send(h)
		if _, e := c.receiveError(); e.Code != vir.ErrRPC || e.Domain != vir.FromStreams ||
			e.Message != "stream aborted with unexpected status 3" {
			t.Errorf("status 3: %+v", e)
		}
		<-ended
		c.wantAlive()
	}
}

// TestStalledUpload: a function that does not read holds the client back, and
// only that client.
func TestStalledUpload(t *testing.T) {
	goOn := make(chan struct{})
	var total atomic.Int64
	f := func(_ context.Context, s proc.Stream) error {
		<-goOn
		n, err := io.Copy(io.Discard, struct{ io.Reader }{s})
		total.Store(n)
		return err
	}
	srv, path := startServer(t, streamTable(f), quietOptions())
	for _, c := range []*client.Conn{dial(t, path), pipe(t, srv, client.Options{})} {
		s := openUpload(t, c, false)
		var written atomic.Int64
		done := make(chan error, 1)
		const size = 40 * netpkt.StreamChunk
		go func() {
			for range 40 {
				n, err := s.Write(make([]byte, netpkt.StreamChunk))
				written.Add(int64(n))
				if err != nil {
					done <- err
					return
				}
			}
			done <- s.Finish()
		}()
		before := int64(-1)
		for n := written.Load(); n != before; n = written.Load() {
			before = n
			time.Sleep(100 * time.Millisecond)
		}
		if before > 10*netpkt.StreamChunk {
			t.Errorf("%d bytes were taken for a function that does not read", before)
		}
		alive(t, dial(t, path))
		goOn <- struct{}{}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := total.Load(); n != size {
			t.Errorf("%d bytes arrived of %d", n, size)
		}
	}
}

// TestStalledDownload: a client that stops reading holds the function
// back with one packet, and nothing else; when it leaves, the function ends.
func TestStalledDownload(t *testing.T) {
	var written atomic.Int64
	ended := make(chan error, 1)
	f := func(_ context.Context, s proc.Stream) error {
		b := make([]byte, 64<<10)
		for {
			n, err := s.Write(b)
			written.Add(int64(n))
			if err != nil {
				ended <- err
				return err
			}
		}
	}
	srv, path := startServer(t, streamTable(f), quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		written.Store(0)
		c.send(callHeader(remoteproto.ProcDomainOpenConsole, 8), make([]byte, 4+16+4+4+4)...)
		c.receive()
		before := int64(-1)
		for n := written.Load(); n != before; n = written.Load() {
			before = n
			time.Sleep(100 * time.Millisecond)
		}
		if before > 8<<20 {
			t.Errorf("%d bytes were taken for a client that does not read", before)
		}
		alive(t, dial(t, path))
		c.Close()
		if err := <-ended; !errors.Is(err, proc.ErrStreamAborted) {
			t.Errorf("function saw %v", err)
		}
	}
}

// TestLargeStreamPacket: up to the limit of a message a packet may have any
// size.
func TestLargeStreamPacket(t *testing.T) {
	sizes := make(chan int, 10)
	f := func(_ context.Context, s proc.Stream) error {
		for {
			data, _, err := s.ReadPiece()
			if err != nil {
				return nil
			}
			sizes <- len(data)
		}
	}
	srv, path := startServer(t, streamTable(f), quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		h := callHeader(remoteproto.ProcDomainOpenConsole, 8)
		c.send(h, make([]byte, 4+16+4+4+4)...)
		c.receive()
		h.Type, h.Status = netpkt.Stream, netpkt.StatusContinue
		for _, n := range []int{1, 1 << 20, netpkt.MaxPayload} {
			c.send(h, make([]byte, n)...)
			if got := <-sizes; got != n {
				t.Errorf("piece of %d bytes, want %d", got, n)
			}
		}
		c.wantAlive()
	}
}

// TestManyStreams: several streams and calls share a connection.
func TestManyStreams(t *testing.T) {
	echo := func(_ context.Context, s proc.Stream) error {
		_, err := io.Copy(s, struct{ io.Reader }{s})
		return err
	}
	streamEnds(t, echo, func(t *testing.T, c *client.Conn) {
		errs := make(chan error)
		const streams = 20
		for i := range streams {
			go func() {
				errs <- func() error {
					_, s, err := client.CallStream(context.Background(), c, remoteproto.DomainOpenConsole, nil)
					if err != nil {
						return err
					}
					data := randomBytes(10_000 * (i + 1))
					go s.Write(data)
					got := make([]byte, len(data))
					if _, err := io.ReadFull(s, got); err != nil {
						return err
					}
					if !bytes.Equal(got, data) {
						return errors.New("echo is wrong")
					}
					return s.Finish()
				}()
			}()
		}
		for range streams {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		alive(t, c)
	})
}

// TestStreamLimit: a client may not open streams without end.
func TestStreamLimit(t *testing.T) {
	f := func(ctx context.Context, _ proc.Stream) error { <-ctx.Done(); return nil }
	opts := quietOptions()
	opts.MaxStreams = 3
	_, path := startServer(t, streamTable(f), opts)
	c := dial(t, path)
	var open []*client.Stream
	for range 3 {
		open = append(open, openConsole(t, c))
	}
	_, _, err := client.CallStream(t.Context(), c, remoteproto.DomainOpenConsole, nil)
	if !errors.Is(err, &vir.Error{Code: vir.ErrInternalError}) {
		t.Errorf("got %v", err)
	}
	if err := open[0].Abort(); err != nil {
		t.Error(err)
	}
	openConsole(t, c)
}

// TestCancelledOpen: a stream whose opener gave up is broken off when the
// reply comes after all.
func TestCancelledOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		opening := make(chan struct{})
		table := newTable()
		proc.Bind(table, remoteproto.DomainOpenConsole, nil,
			func(_ context.Context, c *proc.Call, _ *remoteproto.DomainOpenConsoleArgs) (*proc.Void, error) {
				c.ServeStream(func(ctx context.Context, _ proc.Stream) error {
					<-ctx.Done()
					close(ended)
					return nil
				})
				<-opening
				return nil, nil
			})
		a, b := net.Pipe()
		srv := newServer(table)
		go srv.ServeConn(context.Background(), b, noListener)
		c := client.New(a, client.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := client.CallStream(ctx, c, remoteproto.DomainOpenConsole, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(opening)
		<-ended
		alive(t, c)
		c.Close()
	})
}
