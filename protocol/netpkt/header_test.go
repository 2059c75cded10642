package netpkt_test

import (
	"encoding/hex"
	"testing"

	"github.com/govirtd/govirtd/protocol/netpkt"
)

func TestHeader(t *testing.T) {
	tests := []struct {
		hex    string
		header netpkt.Header
	}{
		// auth_list, the first packet of every connection
		{"0000001c200080860000000100000042000000000000000000000000", netpkt.Header{Program: 0x20008086, Version: 1, Procedure: 66}},
		// error reply
		{"0000001c123456780000000100000001000000010000000500000001", netpkt.Header{Program: 0x12345678, Version: 1, Procedure: 1, Type: netpkt.Reply, Serial: 5, Status: netpkt.StatusError}},
		// ping
		{"0000001c6b6565700000000100000001000000020000000000000000", netpkt.Header{Program: 0x6b656570, Version: 1, Procedure: 1, Type: netpkt.Message}},
		// end of a stream's data
		{"0000001c2000808600000001000000c9000000030000000800000002", netpkt.Header{Program: 0x20008086, Version: 1, Procedure: 201, Type: netpkt.Stream, Serial: 8, Status: netpkt.StatusContinue}},
		// the largest values
		{"0000001cffffffffffffffffffffffffffffffffffffffffffffffff", netpkt.Header{Program: 1<<32 - 1, Version: 1<<32 - 1, Procedure: -1, Type: -1, Serial: 1<<32 - 1, Status: -1}},
	}
	for _, tt := range tests {
		packet := tt.header.Append(nil, 0)
		if got := hex.EncodeToString(packet); got != tt.hex {
			t.Errorf("encoded %s, want %s", got, tt.hex)
		}
		var h netpkt.Header
		h.Decode(packet)
		if h != tt.header {
			t.Errorf("decoded %+v, want %+v", h, tt.header)
		}
	}
}

func TestFinish(t *testing.T) {
	var h netpkt.Header
	b := append(h.Append(nil, 0), "payload"...)
	if err := netpkt.Finish(b); err != nil {
		t.Fatal(err)
	}
	if size, _, err := netpkt.Frame(b); size != len(b) || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	if err := netpkt.Finish(make([]byte, netpkt.MaxLength)); err != nil {
		t.Error(err)
	}
	if err := netpkt.Finish(make([]byte, netpkt.MaxLength+1)); err == nil {
		t.Error("a packet over the limit was accepted")
	}
}

func TestNames(t *testing.T) {
	for typ, want := range map[netpkt.Type]string{
		netpkt.Call: "call", netpkt.Reply: "reply", netpkt.Message: "message", netpkt.Stream: "stream",
		netpkt.CallFDs: "call-fds", netpkt.ReplyFDs: "reply-fds", netpkt.Hole: "hole", 7: "7", -1: "-1",
	} {
		if got := typ.String(); got != want {
			t.Errorf("type %d is called %q, want %q", typ, got, want)
		}
	}
	for status, want := range map[netpkt.Status]string{
		netpkt.StatusOK: "ok", netpkt.StatusError: "error", netpkt.StatusContinue: "continue", 3: "3",
	} {
		if got := status.String(); got != want {
			t.Errorf("status %d is called %q, want %q", status, got, want)
		}
	}
}
