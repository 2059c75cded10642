package netpkt_test

import (
	"io"
	"net"
	"testing"

	"github.com/govirtd/govirtd/protocol/netpkt"
)

// BenchmarkReader splits what comes into packets: small ones of which many come at once, and one that has to be collected.
func BenchmarkReader(b *testing.B) {
	for name, size := range map[string]int{"small": 64, "stream": netpkt.StreamChunk, "large": 1 << 20} {
		b.Run(name, func(b *testing.B) {
			h := netpkt.Header{Type: netpkt.Reply}
			packet := append(h.Append(nil, size), make([]byte, size)...)
			r := netpkt.NewReader(readerConn{Reader: &endless{text: packet}})
			var p netpkt.Packet
			b.SetBytes(int64(len(packet)))
			b.ReportAllocs()
			for b.Loop() {
				for {
					ok, err := r.Next(&p)
					if err == nil && !ok {
						err = r.Fill()
					}
					if err != nil {
						b.Fatal(err)
					}
					if ok {
						break
					}
				}
			}
		})
	}
}

// endless reads the same text again and again.
type endless struct {
	text []byte
	at   int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		k := copy(p[n:], e.text[e.at:])
		n, e.at = n+k, (e.at+k)%len(e.text)
	}
	return n, nil
}

// BenchmarkWriter queues replies and writes them, one or many at a time.
func BenchmarkWriter(b *testing.B) {
	for name, batch := range map[string]int{"one": 1, "fifty": 50} {
		b.Run(name, func(b *testing.B) {
			near, far := socketPair(b)
			go io.Copy(io.Discard, struct{ io.Reader }{far})
			w := netpkt.NewWriter(near, nil, nil)
			h := netpkt.Header{Type: netpkt.Reply}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				buf := netpkt.NewBuffer(64)
				buf.B = append(h.Append(buf.B, 8), 0, 0, 0, 0, 0, 0, 0, 0)
				w.Put(buf, nil)
				if i%batch == 0 {
					w.Flush()
				}
			}
			w.Flush()
		})
	}
}

// socketPair is two ends of a UNIX socket.
func socketPair(b *testing.B) (near, far net.Conn) {
	l, err := net.Listen("unix", b.TempDir()+"/s")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("unix", l.Addr().String()); err == nil {
		far, err = l.Accept()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { far.Close(); near.Close() })
	return near, far
}
