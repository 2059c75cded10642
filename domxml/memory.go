package domxml

import (
	"math"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Memory is an amount of memory in KiB. Documents may use any unit; what is
// not a whole number of KiB is rounded up.
type Memory struct {
	Unit  string `xml:"unit,attr,omitempty"` // always KiB once parsed
	Value uint64 `xml:",chardata" vir:"always"`
}

// KiB makes an amount.
func KiB(n uint64) Memory { return Memory{Unit: "KiB", Value: n} }

func (m *Memory) parseNode(_ *decoder, n node) error {
	return m.read(n, "./"+n.Name())
}

// read is parseNode for an element that error texts call path.
func (m *Memory) read(n node, path string) error {
	s := n.Text()
	if s == "" {
		return nil
	}
	unit, _ := n.Attr("unit")
	bytes, err := scaled(s, unit, 1024, math.MaxUint64, path)
	if err != nil {
		return err
	}
	*m = KiB(toKiB(bytes))
	return nil
}

// toKiB rounds up.
func toKiB(bytes uint64) uint64 {
	n := bytes / 1024
	if bytes%1024 != 0 {
		n++
	}
	return n
}

// unlimitedKiB is the limit that stands for none; it is never written.
const unlimitedKiB = 9007199254740991

// suffixes are the units by their first letter, as powers of 1024 and of 1000.
const suffixes = "kmgtpe"

// scale is the number of bytes in a unit.
func scale(unit string, def uint64) (uint64, bool) {
	u := strings.ToLower(unit)
	switch u {
	case "":
		return def, true
	case "b", "byte", "bytes":
		return 1, true
	}
	power := strings.IndexByte(suffixes, u[0]) + 1
	base := uint64(1024)
	switch u[1:] {
	case "", "ib":
	case "b":
		base = 1000
	default:
		return 0, false
	}
	if power == 0 {
		return 0, false
	}
	n := uint64(1)
	for range power {
		n *= base
	}
	return n, true
}

// scaled reads a number in a unit as a number of bytes; def is the size of the
// unit that an absent one stands for.
func scaled(s, unit string, def, limit uint64, path string) (uint64, error) {
	n, err := parseNumber(s)
	if err != nil {
		return 0, errPath(path, s)
	}
	return scaleNumber(n, unit, def, limit)
}

func parseNumber(s string) (uint64, error) {
	number, base := digits(s, &scalarOptions{})
	return strconv.ParseUint(number, base, 64)
}

func scaleNumber(n uint64, unit string, def, limit uint64) (uint64, error) {
	by, ok := scale(unit, def)
	if !ok {
		return 0, vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "unknown suffix '%s'", unit)
	}
	if n > limit/by {
		return 0, vir.Errorf(vir.FromNone, vir.ErrOverflow, "value too large: %d%s", n, unit)
	}
	return n * by, nil
}

// Size is an amount with a unit of its own.
type Size struct {
	Unit  string `xml:"unit,attr,omitempty"`
	Value uint64 `xml:",chardata" vir:"always"`
}

// readSize reads an amount in bytes.
func readSize(n node, def uint64) (uint64, error) {
	unit, _ := n.Attr("unit")
	return scaled(n.Text(), unit, def, math.MaxUint64, "./"+n.Name())
}
