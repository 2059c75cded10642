package domxml

import (
	"strconv"
	"strings"
)

// MiB and GiB make amounts of memory, as KiB does.
func MiB(n uint64) Memory { return KiB(n << 10) }

// GiB makes an amount of memory.
func GiB(n uint64) Memory { return KiB(n << 20) }

// Bytes is the amount in bytes.
func (m Memory) Bytes() uint64 { return m.Value << 10 }

func (m Memory) String() string { return FormatSize(m.Bytes()) }

// UnitBytes is how many bytes a unit of documents has: b and bytes; KB, MB ...
// of 1000; k, KiB, M, MiB ... of 1024. Case does not matter. ok is false where
// libvirt knows no such unit.
func UnitBytes(unit string) (bytes uint64, ok bool) {
	if unit == "" {
		return 0, false
	}
	return scale(unit, 0)
}

// ParseSize reads a number and a unit, "10 GiB" or "10GiB", as bytes. Without
// a unit it is bytes.
func ParseSize(s string) (bytes uint64, ok bool) {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i < 0 {
		i = len(s)
	}
	n, err := strconv.ParseUint(s[:i], 10, 64)
	by, known := scale(strings.TrimSpace(s[i:]), 1)
	if err != nil || !known || n > (1<<64-1)/by {
		return 0, false
	}
	return n * by, true
}

// FormatSize is a number of bytes in the largest unit that divides it:
// "10 GiB", "1 KiB", "1025 bytes".
func FormatSize(bytes uint64) string {
	n, unit := pretty(bytes)
	if unit == "B" {
		unit = "bytes"
	}
	return strconv.FormatUint(n, 10) + " " + unit
}
