package remote_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote/client"
)

// TestReaderLeftBehind has a stream's function return while a goroutine of its
// reads on, as a console's does whose guest has gone. The goroutine must come
// to an end, and what it was reading must not be given to anybody else yet.
func TestReaderLeftBehind(t *testing.T) {
	ended := make(chan error, 1)
	function := func(_ context.Context, s proc.Stream) error {
		first := make(chan struct{})
		go func() {
			b := make([]byte, 7)
			_, err := io.ReadFull(s, b)
			close(first)
			for err == nil {
				_, err = s.Read(b)
			}
			ended <- err
		}()
		<-first
		return nil
	}
	streamEnds(t, function, func(t *testing.T, c *client.Conn) {
		data := make([]byte, 50_000)
		for range 50 {
			s := openConsole(t, c)
			for range 4 {
				if _, err := s.Write(data); err != nil {
					break // the server's end has come in between
				}
			}
			if n, err := io.Copy(io.Discard, s); n != 0 || err != nil {
				t.Fatalf("%d bytes, %v", n, err)
			}
			select {
			case err := <-ended:
				if err != proc.ErrStreamAborted {
					t.Fatalf("the reader ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("the reader reads on")
			}
			if err := s.Finish(); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Call(context.Background(), c, remoteproto.ConnectGetLibVersion, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
