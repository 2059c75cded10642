package daemon

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// start serves in this process until the test ends; it returns the socket.
func start(t *testing.T, cfg Config) (socket string) {
	t.Helper()
	// Not t.TempDir: the path of a socket must be short.
	dir, err := os.MkdirTemp("", "govirtd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cfg.SockDir, cfg.Log = dir, slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	d, err := Listen(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	socket, _ = cfg.Sockets()
	return socket
}

// golden are the recorded packets by name.
func golden(t *testing.T) map[string][]byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/facts/golden-packets.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Packets []struct{ Name, Hex string } }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	m := map[string][]byte{}
	for _, p := range file.Packets {
		if m[p.Name], err = hex.DecodeString(p.Hex); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// replay is one connection on which recorded packets are sent.
type replay struct {
	t       *testing.T
	packets map[string][]byte
	conn    net.Conn
	// uuid replaces the recorded UUID of a domain by that of ours, id its id.
	recorded, uuid [16]byte
	recordedID, id int32
}

func newReplay(t *testing.T, socket string) *replay {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &replay{t: t, packets: golden(t), conn: conn}
}

func (r *replay) packet(name string) []byte {
	r.t.Helper()
	p := r.packets[name]
	if p == nil {
		r.t.Fatalf("no recorded packet %q", name)
	}
	return bytes.Clone(p)
}

// send sends a recorded packet about our domain.
func (r *replay) send(name string) {
	r.t.Helper()
	p := r.packet(name)
	if r.recorded != r.uuid {
		p = bytes.ReplaceAll(p, r.recorded[:], r.uuid[:])
	}
	if _, err := r.conn.Write(p); err != nil {
		r.t.Fatal(err)
	}
}

func (r *replay) receive() []byte {
	r.t.Helper()
	head := make([]byte, 4)
	if _, err := io.ReadFull(r.conn, head); err != nil {
		r.t.Fatal(err)
	}
	p := make([]byte, binary.BigEndian.Uint32(head))
	copy(p, head)
	if _, err := io.ReadFull(r.conn, p[4:]); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// want asks that the next packet is the recorded one: errors by what is in
// them, everything else byte for byte but for the UUID and the id of a domain.
func (r *replay) want(name string) []byte {
	r.t.Helper()
	got, want := r.receive(), r.packet(name)
	var g, w netpkt.Header
	g.Decode(got)
	w.Decode(want)
	if g != w {
		r.t.Errorf("%s: header %+v, want %+v", name, g, w)
		return got
	}
	if w.Status == netpkt.StatusError {
		ge, err := netpkt.DecodeError(got[netpkt.MinLength:])
		if err != nil {
			r.t.Fatal(err)
		}
		we, err := netpkt.DecodeError(want[netpkt.MinLength:])
		if err != nil {
			r.t.Fatal(err)
		}
		// 9.0.0, where the packets come from, does not number its arguments.
		str1 := strings.ReplaceAll(optional(ge.Str1), "%1$s", "%s")
		if ge.Code != we.Code || ge.Domain != we.Domain || ge.Message != we.Message || ge.Level != we.Level ||
			str1 != optional(we.Str1) || optional(ge.Str2) != optional(we.Str2) || ge.Int1 != we.Int1 || ge.Int2 != we.Int2 {
			r.t.Errorf("%s: got %+v, want %+v", name, *ge, *we)
		}
		return got
	}
	if r.recorded != r.uuid {
		// The id stands behind the UUID.
		from := append(r.recorded[:], xdr.AppendInt32(nil, r.recordedID)...)
		to := append(bytes.Clone(r.uuid[:]), xdr.AppendInt32(nil, r.id)...)
		want = bytes.ReplaceAll(want, from, to)
		want = bytes.ReplaceAll(want, r.recorded[:], r.uuid[:])
	}
	if !bytes.Equal(got, want) {
		r.t.Errorf("%s:\n got %x\nwant %x", name, got, want)
	}
	return got
}

func optional(s *string) string {
	if s == nil {
		return "(absent)"
	}
	return *s
}

// ok asks for an answer without error to the call just sent.
func (r *replay) ok(name string) {
	r.t.Helper()
	var h netpkt.Header
	if p := r.receive(); true {
		if h.Decode(p); h.Status != netpkt.StatusOK || h.Type != netpkt.Reply {
			r.t.Errorf("%s: answered %+v", name, h)
		}
	}
}

func (r *replay) exchange(call, reply string) []byte {
	r.t.Helper()
	r.send(call)
	return r.want(reply)
}

// TestGoldenReplay sends the recorded packets of real clients and asks for the
// recorded answers of a real daemon.
func TestGoldenReplay(t *testing.T) {
	socket := start(t, Config{Strict: true})
	t.Run("life", func(t *testing.T) {
		r := newReplay(t, socket)
		r.exchange("auth_list call", "auth_list reply")
		r.exchange("supports_feature keepalive call", "supports_feature keepalive reply")
		r.exchange("connect_open call", "connect_open reply")
		for _, c := range []string{"supports_feature event_callback call", "supports_feature close_callback call", "register_close_callback call"} {
			r.send(c)
			r.ok(c)
		}
		// The domain gets a random UUID: what the recording has is replaced.
		r.send("domain_define_xml call")
		recorded := dom[remoteproto.DomainDefineXMLRet](t, r.packet("domain_define_xml reply"))
		ours := dom[remoteproto.DomainDefineXMLRet](t, r.receive())
		if ours.Dom.Name != recorded.Dom.Name || ours.Dom.ID != recorded.Dom.ID {
			t.Errorf("defined %+v, recorded %+v", ours.Dom, recorded.Dom)
		}
		r.recorded, r.uuid = recorded.Dom.UUID, ours.Dom.UUID
		r.exchange("domain_create call", "domain_create reply")
		r.recordedID, r.id = 2, 2
		r.exchange("domain_lookup_by_uuid call", "domain_lookup_by_uuid reply")
		r.exchange("connect_close call", "connect_close reply")
		if n, err := r.conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after connect_close: %d bytes, %v", n, err)
		}
	})
	opened := func(t *testing.T) *replay {
		r := newReplay(t, socket)
		r.exchange("auth_list call", "auth_list reply")
		r.exchange("connect_open call", "connect_open reply")
		return r
	}
	t.Run("lists", func(t *testing.T) {
		r := opened(t)
		r.exchange("list_all_domains call", "list_all_domains reply")
		r.exchange("list need_results=0 call", "list need_results=0 reply")
		r.exchange("all_domain_stats call", "all_domain_stats reply")
		r.exchange("count-first call", "count-first reply")
	})
	t.Run("events", func(t *testing.T) {
		r := opened(t)
		r.exchange("event register call", "event register reply")
		// The recorded domain is started by a second client.
		other := opened(t)
		other.send("domain_define_xml call")
		ours := dom[remoteproto.DomainDefineXMLRet](t, other.receive())
		r.receive() // the event of the definition
		recorded := eventDomain(t, r.packet("event lifecycle started"))
		r.recorded, r.recordedID = recorded.UUID, recorded.ID
		r.uuid = ours.Dom.UUID
		copy(other.recorded[:], r.packets["domain_create call"][netpkt.MinLength+8:])
		other.uuid = ours.Dom.UUID
		other.exchange("domain_create call", "domain_create reply")
		r.id = 2
		r.want("event lifecycle started")
		r.send("event deregister call")
		r.ok("event deregister call")
	})
	t.Run("errors", func(t *testing.T) {
		r := newReplay(t, socket)
		r.exchange("auth_list call", "auth_list reply")
		r.exchange("call before open call", "call before open reply")
		r.exchange("unknown procedure call", "unknown procedure reply")
		r.exchange("unknown program call", "unknown program reply")
		r.exchange("connect_open call", "connect_open reply")
		r.exchange("undecodable arguments call", "undecodable arguments reply")
		r.exchange("not supported by driver call", "not supported by driver reply")
	})
	t.Run("read-only", func(t *testing.T) {
		r := newReplay(t, socket)
		r.exchange("auth_list call", "auth_list reply")
		r.send("connect_open read-only call")
		r.ok("connect_open read-only call")
		r.exchange("read-only destroy call", "read-only destroy reply")
	})
	t.Run("keepalive", func(t *testing.T) {
		r := newReplay(t, socket)
		r.exchange("keepalive ping", "keepalive pong")
	})
}

// dom decodes a result that is in a reply.
func dom[R any, P interface {
	*R
	xdr.Value
}](t *testing.T, packet []byte) R {
	t.Helper()
	var r R
	rd := xdr.NewReader(packet[netpkt.MinLength:])
	P(&r).DecodeXDR(rd)
	if rd.Err() != nil {
		t.Fatal(rd.Err())
	}
	return r
}

// eventDomain is the domain of a lifecycle event with a callback id.
func eventDomain(t *testing.T, packet []byte) remoteproto.Domain {
	t.Helper()
	return dom[remoteproto.DomainEventCallbackLifecycleMsg](t, packet).Msg.Dom
}
