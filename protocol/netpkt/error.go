package netpkt

import (
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// AppendError appends e as the payload of a packet with StatusError. The
// object an error is about is never sent: every client ignores it. A text
// that is too long for the protocol is cut, since an error about an error
// helps nobody.
func AppendError(b []byte, e *vir.Error) []byte {
	level := e.Level
	if level == vir.ErrNone {
		level = vir.ErrError
	}
	m := MessageError{
		Code: int32(e.Code), Domain: int32(e.Domain), Level: int32(level),
		Message: fit(&e.Message),
		Str1:    fit(e.Str1), Str2: fit(e.Str2), Str3: fit(e.Str3),
		Int1: e.Int1, Int2: e.Int2,
	}
	b, err := m.AppendXDR(b)
	if err != nil {
		panic("netpkt: " + err.Error()) // nothing else in it has a bound
	}
	return b
}

// fit cuts a string to the bound of the protocol, at a rune if it can.
func fit(s *string) *string {
	if s == nil || len(*s) <= MessageStringMax {
		return s
	}
	cut := strings.ToValidUTF8((*s)[:MessageStringMax], "")
	return &cut
}

// DecodeError reads the payload of a packet with StatusError.
func DecodeError(payload []byte) (*vir.Error, error) {
	var m MessageError
	r := xdr.NewReader(payload)
	m.DecodeXDR(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	e := &vir.Error{
		Code: vir.ErrorNumber(m.Code), Domain: vir.ErrorDomain(m.Domain), Level: vir.ErrorLevel(m.Level),
		Str1: m.Str1, Str2: m.Str2, Str3: m.Str3, Int1: m.Int1, Int2: m.Int2,
	}
	if m.Message != nil {
		e.Message = *m.Message
	}
	return e, nil
}
