package netpkt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
)

// begin is the beginning of a packet of this length and type.
func begin(length uint32, typ netpkt.Type, more ...byte) []byte {
	h := netpkt.Header{Type: typ}
	b := h.Append(nil, 0)
	binary.BigEndian.PutUint32(b, length)
	return append(b, more...)
}

func TestFrame(t *testing.T) {
	tests := []struct {
		name      string
		b         []byte
		size, fds int
		err       error
	}{
		{"nothing", nil, 0, 0, nil},
		{"part of the length", []byte{0, 0, 0}, 0, 0, nil},
		{"length alone", []byte{0, 0, 0, 28}, 0, 0, nil},
		{"length 0", []byte{0, 0, 0, 0}, 0, 0, netpkt.ErrLength},
		{"length 27", []byte{0, 0, 0, 27}, 0, 0, netpkt.ErrLength},
		{"length highest", begin(netpkt.MaxLength, 0), 33554436, 0, nil},
		{"length too high", begin(netpkt.MaxLength+1, 0), 0, 0, netpkt.ErrLength},
		{"length negative", begin(1<<31, 0), 0, 0, netpkt.ErrLength},
		{"length all ones", []byte{255, 255, 255, 255}, 0, 0, netpkt.ErrLength},
		{"no payload", begin(28, netpkt.Reply), 28, 0, nil},
		{"rest missing", begin(100, netpkt.Stream), 100, 0, nil},
		{"before the type", begin(100, netpkt.Stream)[:19], 0, 0, nil},
		{"unknown type", begin(100, 99), 100, 0, nil},
		{"count cannot be", begin(31, netpkt.CallFDs), 0, 0, netpkt.ErrFDs},
		{"count missing", begin(32, netpkt.CallFDs), 0, 0, nil},
		{"count 0", begin(32, netpkt.CallFDs, 0, 0, 0, 0), 32, 0, nil},
		{"count 2", begin(40, netpkt.ReplyFDs, 0, 0, 0, 2), 42, 2, nil},
		{"count 32", begin(32, netpkt.CallFDs, 0, 0, 0, 32), 64, 32, nil},
		{"count 33", begin(33, netpkt.CallFDs, 0, 0, 0, 33), 0, 0, netpkt.ErrFDs},
		{"count all ones", begin(32, netpkt.ReplyFDs, 255, 255, 255, 255), 0, 0, netpkt.ErrFDs},
	}
	for _, tt := range tests {
		size, fds, err := netpkt.Frame(tt.b)
		if size != tt.size || fds != tt.fds || !errors.Is(err, tt.err) {
			t.Errorf("%s: got %d %d %v, want %d %d %v", tt.name, size, fds, err, tt.size, tt.fds, tt.err)
		}
	}
}

// readerConn makes a connection of a reader.
type readerConn struct {
	net.Conn
	io.Reader
}

func (c readerConn) Read(b []byte) (int, error)      { return c.Reader.Read(b) }
func (c readerConn) SetReadDeadline(time.Time) error { return nil }

// got is a packet as a test remembers it.
type got struct {
	h       netpkt.Header
	payload string
}

// readAll reads packets until the end.
func readAll(r io.Reader, take bool) (list []got, err error) {
	in := netpkt.NewReader(readerConn{Reader: r})
	defer in.Close()
	var p netpkt.Packet
	var kept []*netpkt.Buffer
	var payloads [][]byte
	for {
		if err := in.Fill(); err != nil {
			for i, b := range kept {
				list[i].payload = string(payloads[i])
				b.Release()
			}
			return list, err
		}
		for {
			ok, err := in.Next(&p)
			if err != nil {
				return list, err
			}
			if !ok {
				break
			}
			if take {
				kept = append(kept, p.Take())
				payloads = append(payloads, p.Payload)
				list = append(list, got{h: p.Header})
			} else {
				list = append(list, got{p.Header, string(p.Payload)})
			}
		}
	}
}

// TestReader: the same packets come out however the bytes go in.
func TestReader(t *testing.T) {
	var all []byte
	var want []got
	for i, n := range []int{0, 1, 100, 16355, 16356, 16357, 20_000, 3, netpkt.StreamChunk, 0, netpkt.StreamChunk + 1, 1 << 20, 5} {
		h := netpkt.Header{Program: 1, Version: 1, Procedure: int32(i), Type: netpkt.Stream, Serial: uint32(n)}
		payload := bytes.Repeat([]byte{byte('a' + i)}, n)
		all = append(h.Append(all, n), payload...)
		want = append(want, got{h, string(payload)})
	}
	for name, r := range map[string]io.Reader{
		"whole":    bytes.NewReader(all),
		"halves":   iotest.HalfReader(bytes.NewReader(all)),
		"bytes":    iotest.OneByteReader(bytes.NewReader(all)),
		"with EOF": iotest.DataErrReader(bytes.NewReader(all)),
	} {
		for _, take := range []bool{false, true} {
			if ro, ok := r.(*bytes.Reader); ok {
				ro.Seek(0, io.SeekStart)
			} else if take {
				continue
			}
			list, err := readAll(r, take)
			if !errors.Is(err, io.EOF) || len(list) != len(want) {
				t.Fatalf("%s, take %v: %d packets of %d, %v", name, take, len(list), len(want), err)
			}
			for i := range want {
				if list[i] != want[i] {
					t.Errorf("%s, take %v: packet %d has header %+v and %d bytes", name, take, i, list[i].h, len(list[i].payload))
				}
			}
		}
	}
}

// TestReaderBounds: a length that is only announced allocates next to nothing.
func TestReaderBounds(t *testing.T) {
	announced := begin(netpkt.MaxLength, netpkt.Call)
	for _, n := range []int{0, 20_000, 300_000} {
		sent := append(announced[:len(announced):len(announced)], make([]byte, n)...)
		before := allocated()
		_, err := readAll(bytes.NewReader(sent), false)
		if !errors.Is(err, io.EOF) {
			t.Errorf("got %v", err)
		}
		if a := allocated() - before; a > uint64(4*n+400_000) {
			t.Errorf("%d bytes allocated for %d that came", a, n)
		}
	}
}

// FuzzFrame compares the reader with the plainest way to split packets.
func FuzzFrame(f *testing.F) {
	f.Add(begin(28, netpkt.Call), uint8(0))
	f.Add(append(begin(32, netpkt.Call, 1, 2, 3, 4), begin(28, netpkt.Stream)...), uint8(1))
	f.Add(begin(32, netpkt.CallFDs, 0, 0, 0, 0), uint8(2))
	f.Add(begin(32, netpkt.CallFDs, 0, 0, 0, 1, 0), uint8(2))
	f.Add(begin(27, netpkt.Call), uint8(3))
	f.Add(begin(netpkt.MaxLength+1, netpkt.Call), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, how uint8) {
		var r io.Reader = bytes.NewReader(b)
		switch how % 4 {
		case 1:
			r = iotest.OneByteReader(r)
		case 2:
			r = iotest.HalfReader(r)
		case 3:
			r = iotest.DataErrReader(r)
		}
		list, err := readAll(r, how&4 != 0)
		want, wantErr := split(b)
		if !errors.Is(err, wantErr) || len(list) != len(want) {
			t.Fatalf("%d packets and %v, want %d and %v", len(list), err, len(want), wantErr)
		}
		if how&4 != 0 && err != io.EOF {
			return // payloads were not collected
		}
		for i := range want {
			if list[i] != want[i] {
				t.Errorf("packet %d: got %+v, want %+v", i, list[i], want[i])
			}
		}
	})
}

// split is the specification of the reader, without descriptors.
func split(b []byte) (list []got, err error) {
	for len(b) >= 4 {
		n := binary.BigEndian.Uint32(b)
		if n < 28 || n > 4+32<<20 {
			return list, netpkt.ErrLength
		}
		if len(b) >= 20 {
			if typ := binary.BigEndian.Uint32(b[16:]); typ == 4 || typ == 5 {
				if n < 32 {
					return list, netpkt.ErrFDs
				}
				if len(b) >= 32 && binary.BigEndian.Uint32(b[28:]) != 0 {
					return list, netpkt.ErrFDs // none can come
				}
			}
		}
		if uint64(len(b)) < uint64(n) {
			break
		}
		var h netpkt.Header
		h.Decode(b)
		payload := b[28:n]
		if h.Type.HasFDs() {
			payload = payload[4:]
		}
		list = append(list, got{h, string(payload)})
		b = b[n:]
	}
	return list, io.EOF
}
