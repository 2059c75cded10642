package remote_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// badTable has a procedure with arguments, to be sent badly.
func badTable() *proc.Table {
	t := newTable()
	proc.Bind(t, remoteproto.DomainLookupByName, nil,
		func(_ context.Context, _ *proc.Call, a *remoteproto.DomainLookupByNameArgs) (*remoteproto.DomainLookupByNameRet, error) {
			return &remoteproto.DomainLookupByNameRet{Dom: remoteproto.Domain{Name: a.Name, ID: -1}}, nil
		})
	proc.Bind(t, remoteproto.DomainCreateXML, nil,
		func(context.Context, *proc.Call, *remoteproto.DomainCreateXMLArgs) (*remoteproto.DomainCreateXMLRet, error) {
			return nil, nil
		}).Quick = true
	return t
}

func TestRefusedCalls(t *testing.T) {
	const (
		remoteNo = 0x20008086
		qemuNo   = 0x20008087
		keepNo   = 0x6b656570
		lookup   = remoteproto.ProcDomainLookupByName
	)
	tests := []struct {
		name    string
		header  netpkt.Header
		payload []byte
		message string
	}{
		{"unknown program", netpkt.Header{Program: 0x12345678, Version: 1, Procedure: 1}, nil, "Cannot find program 305419896 version 1"},
		{"unknown version", netpkt.Header{Program: remoteNo, Version: 2, Procedure: 66}, nil, "Cannot find program 536903814 version 2"},
		{"keepalive by call", netpkt.Header{Program: keepNo, Version: 1, Procedure: 1}, nil, "Cannot find program 1801807216 version 1"},
		{"program before status", netpkt.Header{Program: 7, Version: 1, Procedure: 1, Status: 5}, nil, "Cannot find program 7 version 1"},
		{"with descriptors announced", netpkt.Header{Program: 7, Version: 1, Procedure: 1, Type: netpkt.CallFDs}, make([]byte, 4), "Cannot find program 7 version 1"},
		{"status error", netpkt.Header{Program: remoteNo, Version: 1, Procedure: 66, Status: 1}, nil, "Unexpected message status 1"},
		{"negative status", netpkt.Header{Program: remoteNo, Version: 1, Procedure: 66, Status: -1}, nil, "Unexpected message status -1"},
		{"status before procedure", netpkt.Header{Program: remoteNo, Version: 1, Procedure: 9999, Status: 5}, nil, "Unexpected message status 5"},
		{"procedure too high", netpkt.Header{Program: remoteNo, Version: 1, Procedure: 9999}, nil, "unknown procedure: 9999"},
		{"procedure 0", netpkt.Header{Program: remoteNo, Version: 1}, nil, "unknown procedure: 0"},
		{"procedure negative", netpkt.Header{Program: remoteNo, Version: 1, Procedure: -66}, nil, "unknown procedure: -66"},
		{"an event's procedure", netpkt.Header{Program: remoteNo, Version: 1, Procedure: remoteproto.ProcDomainEventLifecycle}, nil, "unknown procedure: 107"},
		{"procedure of the other program", netpkt.Header{Program: qemuNo, Version: 1, Procedure: 66}, nil, "unknown procedure: 66"},
		{"qemu event", netpkt.Header{Program: qemuNo, Version: 1, Procedure: qemuproto.ProcDomainMonitorEvent}, nil, "unknown procedure: 6"},
		{"no arguments", netpkt.Header{Program: remoteNo, Version: 1, Procedure: lookup}, nil, "Unable to decode message payload"},
		{"short arguments", netpkt.Header{Program: remoteNo, Version: 1, Procedure: lookup}, []byte{0, 0, 0, 9, 'x'}, "Unable to decode message payload"},
		{"string over its bound", netpkt.Header{Program: remoteNo, Version: 1, Procedure: lookup}, append(binary.BigEndian.AppendUint32(nil, 4194305), make([]byte, 4194308)...), "Unable to decode message payload"},
		{"quick and short", netpkt.Header{Program: remoteNo, Version: 1, Procedure: remoteproto.ProcDomainCreateXML}, []byte{0}, "Unable to decode message payload"},
	}
	srv, path := startServer(t, badTable(), quietOptions())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
				tt.header.Serial = uint32(1000 + i)
				c.send(tt.header, tt.payload...)
				h, e := c.receiveError()
				want := tt.header
				want.Type, want.Status = netpkt.Reply, netpkt.StatusError
				if h != want {
					t.Errorf("header %+v, want %+v", h, want)
				}
				if e.Code != vir.ErrRPC || e.Domain != vir.FromRPC || e.Level != vir.ErrError || e.Message != tt.message ||
					e.Str1 == nil || *e.Str1 != "%s" || e.Str2 == nil || *e.Str2 != tt.message || e.Str3 != nil ||
					e.Int1 != -1 || e.Int2 != -1 {
					t.Errorf("error %+v, want %q", e, tt.message)
				}
				c.wantAlive()
			}
		})
	}
}

func TestDroppedPackets(t *testing.T) {
	remoteHeader := func(typ netpkt.Type, status netpkt.Status) netpkt.Header {
		return netpkt.Header{Program: remoteproto.Program.Number, Version: 1, Procedure: 66, Type: typ, Status: status}
	}
	keep := netpkt.Header{Program: keepaliveproto.Program.Number, Version: 1, Type: netpkt.Message}
	tests := []struct {
		name    string
		header  netpkt.Header
		payload []byte
	}{
		{"reply", remoteHeader(netpkt.Reply, 0), nil},
		{"error reply", remoteHeader(netpkt.Reply, 1), make([]byte, 44)},
		{"reply with no descriptors", remoteHeader(netpkt.ReplyFDs, 0), make([]byte, 4)},
		{"message", remoteHeader(netpkt.Message, 0), nil},
		{"unknown type", remoteHeader(7, 0), nil},
		{"negative type", remoteHeader(-1, 0), []byte("any bytes")},
		{"stream that is not open", remoteHeader(netpkt.Stream, 2), []byte("data")},
		{"finish of no stream", remoteHeader(netpkt.Stream, 0), nil},
		{"abort of no stream", remoteHeader(netpkt.Stream, 1), nil},
		{"hole of no stream", remoteHeader(netpkt.Hole, 2), make([]byte, 12)},
		{"message of an unknown program", netpkt.Header{Program: 7, Version: 1, Type: netpkt.Message}, nil},
		{"stream of an unknown program", netpkt.Header{Program: 7, Version: 1, Type: netpkt.Stream}, nil},
		{"keepalive of another version", netpkt.Header{Program: keep.Program, Version: 2, Procedure: 1, Type: netpkt.Message}, nil},
		{"keepalive procedure 3", netpkt.Header{Program: keep.Program, Version: 1, Procedure: 3, Type: netpkt.Message}, nil},
		{"pong", netpkt.Header{Program: keep.Program, Version: 1, Procedure: 2, Type: netpkt.Message}, nil},
	}
	srv, path := startServer(t, badTable(), quietOptions())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
				c.send(tt.header, tt.payload...)
				c.wantAlive()
			}
		})
	}
}

func TestClosedConnections(t *testing.T) {
	word := func(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
	withFDs := func(payload ...byte) []byte {
		h := callHeader(remoteproto.ProcAuthList, 0)
		h.Type = netpkt.CallFDs
		return packet(h, payload...)
	}
	tests := []struct {
		name  string
		bytes []byte
	}{
		{"length 0", word(0)},
		{"length 27", word(27)},
		{"length one too high", word(netpkt.MaxLength + 1)},
		{"length highest", word(1<<32 - 1)},
		{"descriptor count missing", withFDs()},
		{"descriptor count short", withFDs(0, 0)},
		{"33 descriptors", withFDs(0, 0, 0, 33)},
		{"many descriptors", withFDs(255, 255, 255, 255)},
		{"descriptor announced and not sent", append(withFDs(0, 0, 0, 1), 0)},
	}
	srv, path := startServer(t, badTable(), quietOptions())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
				go c.Write(tt.bytes) // a pipe may be closed in the middle
				c.wantClosed()
			}
		})
	}
}

// TestAnsweredBeforeClosed: what was asked before a mistake is answered.
func TestAnsweredBeforeClosed(t *testing.T) {
	_, path := startServer(t, badTable(), quietOptions())
	c := dialRaw(t, path)
	c.sendBytes(append(packet(callHeader(remoteproto.ProcConnectGetLibVersion, 5)), 0, 0, 0, 1))
	if p := c.receive(); p.Serial != 5 || p.Status != netpkt.StatusOK {
		t.Errorf("got %+v", p.Header)
	}
	c.wantClosed()
}

func TestExtraBytesAreIgnored(t *testing.T) {
	_, path := startServer(t, badTable(), quietOptions())
	c := dialRaw(t, path)
	c.send(callHeader(remoteproto.ProcConnectGetLibVersion, 1), []byte("left over")...)
	if p := c.receive(); p.Status != netpkt.StatusOK {
		t.Errorf("got %+v", p.Header)
	}
}

// TestSplitPackets: framing does not depend on how the bytes come.
func TestSplitPackets(t *testing.T) {
	srv, path := startServer(t, badTable(), quietOptions())
	all := packet(callHeader(remoteproto.ProcConnectGetLibVersion, 1))
	all = append(all, packet(callHeader(remoteproto.ProcAuthList, 2))...)
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		go func() {
			for i := range all {
				if _, err := c.Write(all[i : i+1]); err != nil {
					return
				}
			}
		}()
		for serial := uint32(1); serial <= 2; serial++ {
			if p := c.receive(); p.Serial != serial || p.Status != netpkt.StatusOK {
				t.Fatalf("got %+v, want the reply to %d", p.Header, serial)
			}
		}
	}
}

// TestAuthListNone: what stock clients ask first, byte for byte.
func TestAuthListNone(t *testing.T) {
	_, path := startServer(t, newTable(), quietOptions())
	c := dialRaw(t, path)
	c.send(callHeader(remoteproto.ProcAuthList, 0))
	p := c.receive()
	if want := []byte{0, 0, 0, 1, 0, 0, 0, 0}; string(p.Payload) != string(want) || p.Type != netpkt.Reply || p.Serial != 0 {
		t.Errorf("got %+v % x, want % x", p.Header, p.Payload, want)
	}
}
