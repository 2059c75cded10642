package domxml

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// scalar reads and writes one kind of value that is text.
type scalar struct {
	// parse sets v; an error that is no *vir.Error becomes the one that the
	// field has for bad values.
	parse  func(v reflect.Value, s string, o *scalarOptions) error
	append func(b []byte, v reflect.Value, o *scalarOptions) []byte
	// expected ends the text about a bad attribute.
	expected string
	// flag is an element that is its own value.
	flag bool
}

// scalarOptions are what a field's tag says of its value.
type scalarOptions struct {
	enum                     []string
	hex                      int
	anyBase, nonzero, nonneg bool
	bad                      string
}

// textValue is a type with a text form of its own. An empty text is never
// passed to parseText, and appendText never called for an unset value.
type textValue interface {
	parseText(s string) error
	appendText(b []byte) []byte
}

// enumeration is a string type with a fixed set of values.
type enumeration interface{ values() []string }

var (
	textType = reflect.TypeFor[textValue]()
	enumType = reflect.TypeFor[enumeration]()
	flagType = reflect.TypeFor[Flag]()
)

// Flag is an element that says something by being there: <readonly/>.
type Flag bool

func isScalar(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textType) }

// scalarOf finds how values of a type are read and written; nil for structs.
func scalarOf(t reflect.Type, o *scalarOptions) *scalar {
	if isScalar(t) {
		return &scalar{parse: parseOwn, append: appendOwn}
	}
	if t.Implements(enumType) {
		o.enum = reflect.Zero(t).Interface().(enumeration).values()
	}
	switch t.Kind() {
	case reflect.String:
		return &scalar{parse: parseString, append: appendString}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &scalar{parse: parseUint, append: appendUint, expected: "non-negative integer value"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &scalar{parse: parseInt, append: appendInt, expected: "integer value"}
	case reflect.Bool:
		if t == flagType {
			return &scalar{parse: parseFlag, append: appendNothing, flag: true}
		}
	}
	return nil
}

// errBad stands for the error of the field.
var errBad = errors.New("bad value")

// errBadZero and errNegative have texts of their own.
var (
	errBadZero  = errors.New("zero")
	errNegative = errors.New("negative")
)

func parseOwn(v reflect.Value, s string, _ *scalarOptions) error {
	return v.Addr().Interface().(textValue).parseText(s)
}

func appendOwn(b []byte, v reflect.Value, _ *scalarOptions) []byte {
	return v.Addr().Interface().(textValue).appendText(b)
}

func parseString(v reflect.Value, s string, o *scalarOptions) error {
	if o.enum != nil && !slices.Contains(o.enum, s) {
		return errBad
	}
	v.SetString(s)
	return nil
}

func appendString(b []byte, v reflect.Value, _ *scalarOptions) []byte {
	return appendEscaped(b, v.String())
}

// digits are what C's strtoul takes: blanks and a plus sign may come first.
func digits(s string, o *scalarOptions) (string, int) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	s = strings.TrimPrefix(s, "+")
	if strings.HasPrefix(s, "_") || strings.Contains(s, "_") {
		return "", 10 // Go's own notation
	}
	if !o.anyBase {
		return s, 10
	}
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		return rest, 16
	}
	if len(s) > 1 && s[0] == '0' {
		return s[1:], 8
	}
	return s, 10
}

func parseUint(v reflect.Value, s string, o *scalarOptions) error {
	number, base := digits(s, o)
	bits := v.Type().Bits()
	if v.Kind() == reflect.Uint {
		bits = 32
	}
	n, err := strconv.ParseUint(number, base, bits)
	if err != nil || strings.HasPrefix(number, "+") {
		return errBad
	}
	if n == 0 && o.nonzero {
		return errBadZero
	}
	v.SetUint(n)
	return nil
}

func appendUint(b []byte, v reflect.Value, o *scalarOptions) []byte {
	if o.hex == 0 {
		return strconv.AppendUint(b, v.Uint(), 10)
	}
	return appendHex(b, v.Uint(), o.hex)
}

// appendHex writes 0x and digits, width bytes at least.
func appendHex(b []byte, n uint64, width int) []byte {
	b = append(b, "0x"...)
	var digits [16]byte
	d := strconv.AppendUint(digits[:0], n, 16)
	for i := len(d) + 2; i < width; i++ {
		b = append(b, '0')
	}
	return append(b, d...)
}

func parseInt(v reflect.Value, s string, o *scalarOptions) error {
	number, base := digits(s, o)
	bits := v.Type().Bits()
	if v.Kind() == reflect.Int {
		bits = 32
	}
	n, err := strconv.ParseInt(number, base, bits)
	if err != nil || strings.HasPrefix(number, "+") {
		return errBad
	}
	if n < 0 && o.nonneg {
		return errNegative
	}
	if n == 0 && o.nonzero {
		return errBadZero
	}
	v.SetInt(n)
	return nil
}

func appendInt(b []byte, v reflect.Value, _ *scalarOptions) []byte {
	return strconv.AppendInt(b, v.Int(), 10)
}

func parseFlag(v reflect.Value, _ string, _ *scalarOptions) error {
	v.SetBool(true)
	return nil
}

func appendNothing(b []byte, _ reflect.Value, _ *scalarOptions) []byte { return b }
