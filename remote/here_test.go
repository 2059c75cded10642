package remote_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
)

// TestPromptInOrder: calls that do not wait are answered in the order in which they come, and one after the other, while
// one that waits is overtaken; ServeConn returns when all is over, whoever read last.
func TestPromptInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newTable()
		release := make(chan struct{})
		running := 0 // no lock: the race detector watches
		bind := func(wait func(*proc.Call)) func(context.Context, *proc.Call, *remoteproto.DomainSuspendArgs) (*proc.Void, error) {
			return func(_ context.Context, c *proc.Call, _ *remoteproto.DomainSuspendArgs) (*proc.Void, error) {
				running++
				if running != 1 {
					t.Error("two at a time")
				}
				running--
				wait(c)
				return nil, nil
			}
		}
		proc.Bind(table, remoteproto.DomainSuspend, nil, bind(func(c *proc.Call) {
			if c.Serial%100 == 3 {
				c.MayWait()
				<-release
			}
		})).Prompt = true
		a, b := net.Pipe()
		served := make(chan struct{})
		go func() {
			newServer(table).ServeConn(context.Background(), b, remote.Listener{})
			close(served)
		}()
		c := newRaw(t, a)
		var first []byte
		for i := range uint32(4) {
			first = append(first, packet(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)...)
		}
		go c.Write(first)
		for want := range uint32(8) {
			if want == 3 {
				continue
			}
			if want > 3 {
				c.send(callHeader(remoteproto.ProcDomainSuspend, want), domainArgs...)
			}
			if p := c.receive(); p.Serial != want {
				t.Errorf("reply to %d, want %d", p.Serial, want)
			}
		}
		close(release)
		if p := c.receive(); p.Serial != 3 {
			t.Errorf("reply to %d, want 3", p.Serial)
		}
		// The calls that come while nothing else runs begin on the reader again,
		// and this one leaves it when the client has gone.
		release = make(chan struct{})
		c.send(callHeader(remoteproto.ProcDomainSuspend, 103), domainArgs...)
		synctest.Wait()
		c.Close()
		close(release)
		<-served
	})
}
