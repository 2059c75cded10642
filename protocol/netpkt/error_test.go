package netpkt_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/vir"
)

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestErrorBytes: as a libvirtd sends it.
func TestErrorBytes(t *testing.T) {
	const want = "00000027" + "00000007" + // code 39, domain 7
		"00000001" + "00000017" + "756e6b6e6f776e2070726f6365647572653a203939393900" + // unknown procedure: 9999
		"00000002" + "00000000" + // level 2, no domain
		"00000001" + "00000002" + "25730000" + // %s
		"00000001" + "00000017" + "756e6b6e6f776e2070726f6365647572653a203939393900" +
		"00000000" + "ffffffff" + "ffffffff" + "00000000" // no str3, -1, -1, no network
	e := vir.Errorf(vir.FromRPC, vir.ErrRPC, "unknown procedure: %d", 9999)
	if got := hex.EncodeToString(netpkt.AppendError(nil, e)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestErrorRoundTrip(t *testing.T) {
	empty, text, long := "", "a\xff text", strings.Repeat("x", netpkt.MessageStringMax)
	for _, e := range []*vir.Error{
		vir.NewError(vir.FromTest, vir.ErrNoDomain),
		vir.Errorf(vir.FromNone, vir.ErrNoConnect, "URI %s", "x:///"),
		vir.ArgError(vir.FromTest, vir.ErrInvalidArg, "testFunction", "flags", "message"),
		{Code: -1, Domain: -2, Level: 7, Message: empty, Str1: &empty, Str2: &text, Str3: &long, Int1: 1 << 30, Int2: -1 << 31},
		{Code: 1 << 30, Level: vir.ErrWarning, Message: long},
	} {
		back, err := netpkt.DecodeError(netpkt.AppendError(nil, e))
		if err != nil || !reflect.DeepEqual(back, e) {
			t.Errorf("error %d came back changed, %v", e.Code, err)
		}
	}
}

// TestErrorTooLong: a text that cannot be sent as it is is cut, between runes.
func TestErrorTooLong(t *testing.T) {
	e := vir.NewError(vir.FromTest, vir.ErrNoDomain)
	e.Message = strings.Repeat("x", netpkt.MessageStringMax-1) + "é and more"
	back, err := netpkt.DecodeError(netpkt.AppendError(nil, e))
	if err != nil || back.Message != strings.Repeat("x", netpkt.MessageStringMax-1) {
		t.Errorf("%d bytes, %v", len(back.Message), err)
	}
}

// TestErrorLevel: an error that says nothing of its level is an error.
func TestErrorLevel(t *testing.T) {
	back, err := netpkt.DecodeError(netpkt.AppendError(nil, &vir.Error{}))
	if err != nil || back.Level != vir.ErrError {
		t.Errorf("%+v %v", back, err)
	}
}

func FuzzError(f *testing.F) {
	f.Add(netpkt.AppendError(nil, vir.NewError(vir.FromTest, vir.ErrNoDomain)))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := netpkt.DecodeError(b)
		if err != nil {
			return
		}
		again := netpkt.AppendError(nil, e)
		e2, err := netpkt.DecodeError(again)
		if err != nil || !bytes.Equal(netpkt.AppendError(nil, e2), again) {
			t.Errorf("%+v came back as %+v, %v", e, e2, err)
		}
	})
}
