package profile

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// TestServe asks as curl does: a profile comes packed, as go tool pprof reads it; anything else is told what there is.
func TestServe(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go Serve(l)
	for _, c := range []struct{ request, want string }{
		{"GET /heap HTTP/1.1\r\nHost: .\r\n\r\n", "\r\n\r\n\x1f\x8b"},
		{"GET /debug/pprof/profile?seconds=1 HTTP/1.1\r\n\r\n", "\r\n\r\n\x1f\x8b"},
		{"GET /bogus HTTP/1.1\r\n\r\n", "HTTP/1.0 404 Not Found\r\n\r\nno profile \"bogus\": profile, trace, allocs"},
	} {
		nc, err := net.Dial("unix", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(nc, c.request)
		answer, err := io.ReadAll(nc)
		nc.Close()
		if err != nil && len(answer) == 0 || !bytes.Contains(answer, []byte(c.want)) {
			t.Errorf("%q is answered with %q, %v", c.request, answer[:min(len(answer), 100)], err)
		}
	}
}
