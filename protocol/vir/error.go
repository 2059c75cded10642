package vir

import (
	"fmt"
	"strings"
)

// Error is a libvirt error: what the wire carries and what a client raises.
// Returning one from any handler, engine part or driver decides the reply.
type Error struct {
	Code    ErrorNumber
	Domain  ErrorDomain
	Level   ErrorLevel
	Message string
	// Str1 is the untranslated format, Str2 the detail put into it; nil is absent.
	Str1, Str2, Str3 *string
	Int1, Int2       int32
}

func (e *Error) Error() string { return e.Message }

// Is reports whether target is an *Error of the same code, whatever its
// domain and text, so that errors.Is(err, &Error{Code: ErrNoDomain}) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Domain == 0 || t.Domain == e.Domain)
}

// NewError makes an error without detail: the message is the code's own text.
func NewError(domain ErrorDomain, code ErrorNumber) *Error {
	text := code.text().bare
	return &Error{
		Code: code, Domain: domain, Level: ErrError,
		Message: text, Str1: &text, Int1: -1, Int2: -1,
	}
}

// ErrorWithoutCause is what clients hear where the reference fails without
// words of its own: its daemon puts these in.
func ErrorWithoutCause() *Error {
	return &Error{Code: ErrInternalError, Level: ErrError, Message: "An error occurred, but the cause is unknown"}
}

// Errorf makes an error with a detail: the message is the code's text with the
// detail put in, Str1 the format as 11.3.0 sends it ("%1$s"), Str2 the detail.
func Errorf(domain ErrorDomain, code ErrorNumber, format string, args ...any) *Error {
	detail := fmt.Sprintf(format, args...)
	f := code.text().detail
	str1 := strings.Replace(f, "%s", "%1$s", 1)
	if f == "%s" {
		str1 = f
	}
	return &Error{
		Code: code, Domain: domain, Level: ErrError,
		Message: strings.Replace(f, "%s", detail, 1),
		Str1:    &str1, Str2: &detail, Int1: -1, Int2: -1,
	}
}

// ArgError makes the error of an argument check: the message stands alone,
// Str1 names the function, Str2 the argument, and the integers are 0.
func ArgError(domain ErrorDomain, code ErrorNumber, function, argument, format string, args ...any) *Error {
	e := &Error{
		Code: code, Domain: domain, Level: ErrError,
		Message: fmt.Sprintf(format, args...), Str1: &function,
	}
	if argument != "" {
		e.Str2 = &argument
	}
	return e
}

// UnsupportedFlags is the error of a flag check: bits holds all the flags that
// were passed and are not known, function the C function that checked.
func UnsupportedFlags(domain ErrorDomain, function string, bits uint32) *Error {
	return ArgError(domain, ErrInvalidArg, function, "flags",
		"unsupported flags (0x%x) in function %s", bits, function)
}
