package vir

import (
	"errors"
	"testing"
)

func TestErrors(t *testing.T) {
	text := func(s *string) string {
		if s == nil {
			return "(absent)"
		}
		return *s
	}
	for _, c := range []struct {
		name             string
		err              *Error
		message          string
		str1, str2       string
		int1             int32
		code, from, leve int32
	}{
		{
			"without detail", NewError(FromTest, ErrNoDomain),
			"Domain not found", "Domain not found", "(absent)", -1, 42, 12, 2,
		},
		{
			"with detail", Errorf(FromDomain, ErrOperationInvalid, "domain %s", "is not running"),
			"Requested operation is not valid: domain is not running", "Requested operation is not valid: %1$s", "domain is not running", -1, 55, 20, 2,
		},
		{
			"code without words", Errorf(FromRPC, ErrRPC, "unknown procedure: %d", 9999),
			"unknown procedure: 9999", "%s", "unknown procedure: 9999", -1, 39, 7, 2,
		},
		{
			"argument check", UnsupportedFlags(FromTest, "testDomainGetState", 0x80),
			"unsupported flags (0x80) in function testDomainGetState", "testDomainGetState", "flags", 0, 8, 12, 2,
		},
		{
			"percent in the detail", Errorf(FromXML, ErrXMLError, "%s", "50%s"),
			"XML error: 50%s", "XML error: %1$s", "50%s", -1, 27, 5, 2,
		},
		{
			"unknown code", NewError(FromNone, 9999),
			"An error occurred, but the cause is unknown", "An error occurred, but the cause is unknown", "(absent)", -1, 9999, 0, 2,
		},
	} {
		e := c.err
		if e.Message != c.message || text(e.Str1) != c.str1 || text(e.Str2) != c.str2 || e.Int1 != c.int1 || e.Int2 != c.int1 ||
			int32(e.Code) != c.code || int32(e.Domain) != c.from || int32(e.Level) != c.leve {
			t.Errorf("%s: got %+v, str1 %s, str2 %s", c.name, *e, text(e.Str1), text(e.Str2))
		}
	}
}

func TestErrorIs(t *testing.T) {
	err := error(Errorf(FromTest, ErrNoDomain, "x"))
	if !errors.Is(err, &Error{Code: ErrNoDomain}) || !errors.Is(err, &Error{Code: ErrNoDomain, Domain: FromTest}) {
		t.Error("an error is not itself")
	}
	if errors.Is(err, &Error{Code: ErrNoNetwork}) || errors.Is(err, &Error{Code: ErrNoDomain, Domain: FromQEMU}) {
		t.Error("an error is another one")
	}
}

// TestTexts asks that every code up to 11.3.0's last has words, but for the
// ones that nothing ever reports alone.
func TestTexts(t *testing.T) {
	silent := map[ErrorNumber]bool{
		ErrOk: true, ErrHttpError: true, ErrSexprSerial: true, ErrNoXen: true, ErrXenCall: true, ErrNoXenstore: true,
		WarNoNetwork: true, WarNoStorage: true, WarNoNode: true, WarNoInterface: true, WarNoNWFilter: true, WarNoSecret: true,
	}
	for c := ErrOk; c <= ErrAgentCommandFailed; c++ {
		if _, ok := texts[c]; ok == silent[c] {
			t.Errorf("code %d: has words %v", c, ok)
		}
	}
}
