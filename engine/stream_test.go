package engine_test

import (
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// pipeStream is a stream whose client types into a pipe.
type pipeStream struct {
	in io.Reader

	mu  sync.Mutex
	out strings.Builder
}

func (p *pipeStream) Read(b []byte) (int, error)        { return p.in.Read(b) }
func (p *pipeStream) ReadPiece() ([]byte, int64, error) { return nil, 0, io.EOF }
func (p *pipeStream) WriteHole(int64) error             { return io.ErrUnexpectedEOF }

func (p *pipeStream) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// waitFor waits until the output contains text.
func (p *pipeStream) waitFor(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		p.mu.Lock()
		ok := strings.Contains(p.out.String(), text)
		p.mu.Unlock()
		if ok {
			return
		}
	}
	t.Fatalf("no %q in %q", text, p.out.String())
}
