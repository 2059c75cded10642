//go:build unix

package remote_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

// fdTable has a call that takes descriptors and says what is in the files, and
// one that gives some away.
func fdTable() *proc.Table {
	t := newTable()
	proc.Bind(t, remoteproto.DomainCreateWithFiles, nil,
		func(_ context.Context, c *proc.Call, _ *remoteproto.DomainCreateWithFilesArgs) (*remoteproto.DomainCreateWithFilesRet, error) {
			var texts []string
			for _, f := range c.TakeFDs() {
				b := make([]byte, 100)
				n, err := f.ReadAt(b, 0)
				if err != nil && err != io.EOF {
					return nil, err
				}
				texts = append(texts, string(b[:n]))
				f.Close()
			}
			return &remoteproto.DomainCreateWithFilesRet{Dom: remoteproto.Domain{Name: strings.Join(texts, ",")}}, nil
		})
	proc.Bind(t, remoteproto.DomainOpenGraphicsFD, nil,
		func(_ context.Context, c *proc.Call, a *remoteproto.DomainOpenGraphicsFDArgs) (*proc.Void, error) {
			for range a.Idx {
				r, w, err := os.Pipe()
				if err != nil {
					return nil, err
				}
				io.WriteString(w, "through a pipe")
				w.Close()
				c.ReplyFDs(r)
			}
			if a.Flags != 0 {
				return nil, vir.NewError(vir.FromTest, vir.ErrNoDomain)
			}
			return nil, nil
		}).Quick = true
	return t
}

// files makes files with their numbers in them.
func files(t *testing.T, n int) []*os.File {
	var list []*os.File
	for i := range n {
		f, err := os.CreateTemp(t.TempDir(), "fd")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(string(rune('A' + i))); err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

func TestFDsInCalls(t *testing.T) {
	_, path := startServer(t, fdTable(), quietOptions())
	c := dial(t, path)
	for _, n := range []int{0, 1, 2, 32} {
		var want []string
		for i := range n {
			want = append(want, string(rune('A'+i)))
		}
		ret, _, err := client.CallFDs(t.Context(), c, remoteproto.DomainCreateWithFiles, nil, files(t, n)...)
		if err != nil || ret.Dom.Name != strings.Join(want, ",") {
			t.Errorf("%d files: got %v %v", n, ret, err)
		}
	}
	// Many at once: descriptors stay with their call.
	errs := make(chan error)
	for i := range 10 {
		list := files(t, 1+i)
		go func() {
			ret, _, err := client.CallFDs(t.Context(), c, remoteproto.DomainCreateWithFiles, nil, list...)
			if err == nil && len(ret.Dom.Name) != 2*i+1 {
				err = errors.New(ret.Dom.Name)
			}
			errs <- err
		}()
	}
	for range 10 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestUnwantedFDs: what nobody takes is closed, also when the call is refused.
func TestUnwantedFDs(t *testing.T) {
	_, path := startServer(t, fdTable(), quietOptions())
	c := dial(t, path)
	for range 20 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.CallFDs(t.Context(), c, remoteproto.ConnectGetLibVersion, nil, w); err != nil {
			t.Error(err)
		}
		r2, w2, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.CallFDs(t.Context(), c, remoteproto.DomainShutdown, nil, w2); err == nil {
			t.Error("unknown procedure was answered")
		}
		// The end of the pipe shows that no copy of the other side is left.
		for _, f := range []*os.File{r, r2} {
			f.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := f.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the other end of the pipe: %v", err)
			}
			f.Close()
		}
	}
}

func TestFDsInReplies(t *testing.T) {
	_, path := startServer(t, fdTable(), quietOptions())
	c := dial(t, path)
	for _, n := range []uint32{0, 1, 3, 32} {
		_, fds, err := client.CallFDs(t.Context(), c, remoteproto.DomainOpenGraphicsFD,
			&remoteproto.DomainOpenGraphicsFDArgs{Idx: n})
		if err != nil || len(fds) != int(n) {
			t.Fatalf("%d descriptors wanted, got %d, %v", n, len(fds), err)
		}
		for _, f := range fds {
			if b, err := io.ReadAll(f); string(b) != "through a pipe" || err != nil {
				t.Errorf("got %q %v", b, err)
			}
			f.Close()
		}
	}
	// An error has no descriptors, and too many are an error.
	for _, a := range []*remoteproto.DomainOpenGraphicsFDArgs{{Idx: 2, Flags: 1}, {Idx: 33}} {
		_, fds, err := client.CallFDs(t.Context(), c, remoteproto.DomainOpenGraphicsFD, a)
		var ve *vir.Error
		if !errors.As(err, &ve) || fds != nil {
			t.Errorf("got %v %v", fds, err)
		}
	}
	alive(t, c)
}

// TestReplyWithFDsOnTheWire: type 5, the count, and a byte per descriptor
// behind the packet.
func TestReplyWithFDsOnTheWire(t *testing.T) {
	_, path := startServer(t, fdTable(), quietOptions())
	c := dialRaw(t, path)
	args, err := remoteproto.DomainOpenGraphicsFD.AppendArgs(nil, &remoteproto.DomainOpenGraphicsFDArgs{Idx: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := callHeader(remoteproto.ProcDomainOpenGraphicsFD, 6)
	c.send(h, args...)
	b := make([]byte, 100)
	want := h
	want.Type = netpkt.ReplyFDs
	wantBytes := append(packet(want, 0, 0, 0, 2), 0, 0)
	// io.ReadFull on a plain Read lets the kernel drop the descriptors.
	if _, err := io.ReadFull(c.Conn, b[:len(wantBytes)]); err != nil {
		t.Fatal(err)
	}
	if string(b[:len(wantBytes)]) != string(wantBytes) {
		t.Errorf("got % x, want % x", b[:len(wantBytes)], wantBytes)
	}
}

// TestNoFDsWithoutSocket: over anything but a UNIX socket they are refused.
func TestNoFDsWithoutSocket(t *testing.T) {
	srv := remote.NewServer(fdTable(), quietOptions())
	c := pipe(t, srv, client.Options{})
	if _, _, err := client.CallFDs(t.Context(), c, remoteproto.DomainCreateWithFiles, nil, files(t, 1)...); err == nil {
		t.Error("client sent descriptors over a pipe")
	}
	if _, err := client.Call(t.Context(), c, remoteproto.DomainOpenGraphicsFD,
		&remoteproto.DomainOpenGraphicsFDArgs{Idx: 1}); !errors.Is(err, &vir.Error{Code: vir.ErrInternalError}) {
		t.Errorf("got %v", err)
	}
	alive(t, c)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if nc, err := l.Accept(); err == nil {
			srv.ServeConn(context.Background(), nc, remote.Listener{})
		}
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := newRaw(t, nc)
	r.wantAlive()
	h := callHeader(remoteproto.ProcDomainCreateWithFiles, 1)
	h.Type = netpkt.CallFDs
	r.send(h, 0, 0, 0, 1)
	r.wantClosed()
}

// oneByte sends a byte with descriptors.
func oneByte(t *testing.T, nc net.Conn, b []byte, fds ...int) {
	t.Helper()
	if _, _, err := nc.(*net.UnixConn).WriteMsgUnix(b, syscall.UnixRights(fds...), nil); err != nil {
		t.Fatal(err)
	}
}

// TestOddFDs: descriptors where none belong.
func TestOddFDs(t *testing.T) {
	_, path := startServer(t, fdTable(), quietOptions())
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	fd := int(null.Fd())

	t.Run("on an ordinary packet", func(t *testing.T) {
		c := dialRaw(t, path)
		oneByte(t, c.Conn, packet(callHeader(remoteproto.ProcConnectGetLibVersion, 1)), fd, fd)
		c.receive()
		c.wantAlive()
	})
	t.Run("all on one byte", func(t *testing.T) {
		c := dialRaw(t, path)
		many := make([]int, 40)
		for i := range many {
			many[i] = fd
		}
		oneByte(t, c.Conn, packet(callHeader(remoteproto.ProcConnectGetLibVersion, 1)), many...)
		c.wantClosed()
	})
	t.Run("more kept than allowed", func(t *testing.T) {
		c := dialRaw(t, path)
		h := callHeader(remoteproto.ProcDomainCreateWithFiles, 1)
		h.Type = netpkt.CallFDs
		half := packet(h, 0, 0, 0, 32)
		for i := range half {
			if _, _, err := c.Conn.(*net.UnixConn).WriteMsgUnix(half[i:i+1], syscall.UnixRights(fd, fd), nil); err != nil {
				return // closed already, as it should be
			}
			time.Sleep(time.Millisecond) // or the packet is complete before the server looks
		}
		c.wantClosed()
	})
	t.Run("slowly", func(t *testing.T) {
		c := dialRaw(t, path)
		h := callHeader(remoteproto.ProcDomainCreateWithFiles, 1)
		h.Type = netpkt.CallFDs
		args, err := remoteproto.DomainCreateWithFiles.AppendArgs(nil, &remoteproto.DomainCreateWithFilesArgs{})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range packet(h, append([]byte{0, 0, 0, 2}, args...)...) {
			c.sendBytes([]byte{b})
		}
		oneByte(t, c.Conn, []byte{'x'}, fd) // the value does not matter
		time.Sleep(10 * time.Millisecond)
		oneByte(t, c.Conn, []byte{'y'}, fd)
		if p := c.receive(); p.Status != netpkt.StatusOK || p.Type != netpkt.Reply {
			t.Errorf("got %+v", p.Header)
		}
		c.wantAlive()
	})
}
