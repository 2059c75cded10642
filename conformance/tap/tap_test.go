package tap

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// echo sends everything back until the client has nothing more to say.
func echo(t *testing.T, socket string) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
}

func TestTap(t *testing.T) {
	dir := t.TempDir()
	echo(t, filepath.Join(dir, "d"))
	tap, err := New(filepath.Join(dir, "t"), filepath.Join(dir, "d"))
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{"one", "another"} {
		c, err := net.Dial("unix", filepath.Join(dir, "t"))
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte(said))
		heard := make([]byte, len(said))
		if _, err := io.ReadFull(c, heard); err != nil || string(heard) != said {
			t.Errorf("heard %q, %v", heard, err)
		}
		c.Close()
	}
	if err := tap.Close(); err != nil {
		t.Error(err)
	}
	sessions := tap.Sessions()
	if len(sessions) != 2 {
		t.Fatalf("%d sessions", len(sessions))
	}
	for i, said := range []string{"one", "another"} {
		for _, fromClient := range []bool{true, false} {
			if got := string(sessions[i].Bytes(fromClient)); got != said {
				t.Errorf("session %d, from client %v: %q", i, fromClient, got)
			}
		}
		if !sessions[i].Chunks()[0].FromClient {
			t.Errorf("session %d: the answer stands before the question", i)
		}
	}
}

func TestWritePcap(t *testing.T) {
	big := bytes.Repeat([]byte("x"), maxSegment+1)
	s := &Session{chunks: []Chunk{{FromClient: true, Data: []byte("abc")}, {Data: big}}}
	var out bytes.Buffer
	if err := WritePcap(&out, []*Session{s, {}}); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()[24:]
	var payloads [][]byte
	for len(data) > 0 {
		size := binary.LittleEndian.Uint32(data[8:])
		packet := data[16 : 16+size]
		data = data[16+size:]
		if got := binary.BigEndian.Uint16(packet[2:]); uint32(got) != size {
			t.Errorf("the IP header says %d bytes of %d", got, size)
		}
		if checksum(0, packet[:20]) != 0 {
			t.Error("bad sum of the IP header")
		}
		if len(packet) > 40 {
			payloads = append(payloads, packet[40:])
		}
	}
	if len(payloads) != 3 || string(payloads[0]) != "abc" || len(payloads[1]) != maxSegment || len(payloads[2]) != 1 {
		t.Errorf("%d packets with data", len(payloads))
	}
}
