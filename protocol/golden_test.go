package protocol_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// goldenPacket is one packet of testdata/facts/golden-packets.json, recorded
// from real clients and a real daemon.
type goldenPacket struct {
	Name, Hex string
	Decoded   struct {
		Len           int
		Program       any // a name, or the number of an unknown one
		Version, Proc uint32
		ProcName      *string
		Type, Status  string
		Serial        uint32
		Payload       json.RawMessage
		NFDs          *uint32
	}
}

var (
	goldenTypes  = []string{"call", "reply", "event", "stream", "call-fds", "reply-fds", "hole"}
	goldenStatus = []string{"ok", "error", "continue"}
)

// TestGoldenPackets decodes every recorded packet with what is generated,
// compares with what others decoded, and encodes the same bytes again.
func TestGoldenPackets(t *testing.T) {
	var file struct{ Packets []goldenPacket }
	readJSON(t, "golden-packets.json", &file)
	if len(file.Packets) != 66 {
		t.Errorf("%d packets, want 66", len(file.Packets))
	}
	typed := 0
	for _, g := range file.Packets {
		t.Run(strings.ReplaceAll(g.Name, " ", "_"), func(t *testing.T) {
			b, err := hex.DecodeString(g.Hex)
			if err != nil || len(b) < 28 {
				t.Fatal("bad file: ", err, len(b))
			}
			word := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
			d := g.Decoded
			if int(word(0)) != len(b) || d.Len != len(b) {
				t.Errorf("length %d of %d bytes, said to be %d", word(0), len(b), d.Len)
			}
			if word(2) != d.Version || word(3) != d.Proc || word(5) != d.Serial ||
				goldenTypes[word(4)] != d.Type || goldenStatus[word(6)] != d.Status {
				t.Errorf("header % x is not %+v", b[4:28], d)
			}
			if g.payload(t, word(1), b[28:]) {
				typed++
			}
		})
	}
	if typed < 50 {
		t.Errorf("only %d packets have a body that the tables know", typed)
	}
}

// payload checks the body of a packet; false when it is none of XDR.
func (g *goldenPacket) payload(t *testing.T, prog uint32, body []byte) bool {
	d := g.Decoded
	s := sources(t)
	i := slices.IndexFunc(s.programs, func(p *program) bool { return p.info.Number == prog })
	if d.Status == "error" && (d.Type == "reply" || len(body) > 0) {
		g.body(t, message{s.net.Type("virNetMessageError"), func() xdr.Value { return new(netpkt.MessageError) }}, body)
		return true
	}
	if i < 0 || s.programs[i].find(int32(d.Proc)) == nil {
		if !strings.HasPrefix(g.Name, "unknown p") {
			t.Errorf("procedure %d of program %#x is not in the tables", d.Proc, prog)
		}
		return false
	}
	p := s.programs[i]
	info, src := p.find(int32(d.Proc)), p.source(int32(d.Proc))
	if p.name != d.Program || d.ProcName == nil || info.Name != *d.ProcName {
		t.Errorf("%s %s is not %v %v", p.name, info.Name, d.Program, d.ProcName)
	}
	switch d.Type {
	case "stream":
		g.raw(t, body)
		return false
	case "hole":
		g.body(t, message{s.net.Type("virNetStreamHole"), func() xdr.Value { return new(netpkt.StreamHole) }}, body)
		return true
	case "call-fds", "reply-fds":
		if n := binary.BigEndian.Uint32(body); d.NFDs == nil || n != *d.NFDs {
			t.Errorf("carries %d descriptors", n)
		}
		body = body[4:]
	}
	if g.Name == "undecodable arguments call" {
		r := xdr.NewReader(body)
		if info.NewArgs().DecodeXDR(r); r.Err() == nil {
			t.Error("decodes")
		}
		return true
	}
	m := message{src.Args, info.NewArgs}
	if d.Type == "reply" || d.Type == "reply-fds" {
		m = message{src.Ret, info.NewRet}
	}
	g.body(t, m, body)
	return true
}

// body decodes, compares, and encodes again.
func (g *goldenPacket) body(t *testing.T, m message, body []byte) {
	t.Helper()
	v := m.new()
	r := xdr.NewReader(body)
	v.DecodeXDR(r)
	if r.Err() != nil || r.Len() != 0 {
		t.Fatalf("%T: %v, %d bytes left of % x", v, r.Err(), r.Len(), body)
	}
	again, err := v.AppendXDR(nil)
	if err != nil || !bytes.Equal(again, body) {
		t.Errorf("%T: % x becomes % x (%v)", v, body, again, err)
	}
	if m.typ == nil {
		g.compare(t, nil)
	} else {
		g.compare(t, plain(m.typ, reflect.ValueOf(v).Elem()))
	}
}

// raw checks the payload of a stream packet, which is no XDR.
func (g *goldenPacket) raw(t *testing.T, body []byte) {
	t.Helper()
	if g.Decoded.Status == "error" {
		g.compare(t, nil) // the client aborts, and says no more
		return
	}
	g.compare(t, map[string]any{"bytes": len(body), "head": hex.EncodeToString(body[:min(len(body), 24)])})
}

// compare wants v to be the payload as it was decoded by others.
func (g *goldenPacket) compare(t *testing.T, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := exact(t, b), exact(t, g.Decoded.Payload); !reflect.DeepEqual(got, want) {
		t.Errorf("decoded as %v, want %v", got, want)
	}
}

// exact reads JSON without rounding large numbers.
func exact(t *testing.T, b []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
