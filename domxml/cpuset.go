package domxml

import (
	"math/bits"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// CPUSet is a set of small numbers: CPUs, NUMA nodes, I/O threads. Its text
// is a list of ranges, 0-3,7; the parser also takes exceptions, 0-3,^2. The
// nil set is absent, an empty one is not.
type CPUSet []uint64

// maxCPU is one more than the largest number that the reference reads.
const maxCPU = 16384

// Has says whether n is in the set.
func (c CPUSet) Has(n int) bool {
	return n >= 0 && n/64 < len(c) && c[n/64]&(1<<(n%64)) != 0
}

// Add puts n into the set.
func (c *CPUSet) Add(n int) {
	for len(*c) <= n/64 {
		*c = append(*c, 0)
	}
	(*c)[n/64] |= 1 << (n % 64)
}

func (c CPUSet) remove(n int) {
	if c.Has(n) {
		c[n/64] &^= 1 << (n % 64)
	}
}

// Len is the number of members.
func (c CPUSet) Len() int {
	n := 0
	for _, w := range c {
		n += bits.OnesCount64(w)
	}
	return n
}

// Max is the largest member, -1 of an empty set.
func (c CPUSet) Max() int {
	for i := len(c) - 1; i >= 0; i-- {
		if c[i] != 0 {
			return i*64 + 63 - bits.LeadingZeros64(c[i])
		}
	}
	return -1
}

// Overlaps says whether the sets have a member in common.
func (c CPUSet) Overlaps(o CPUSet) bool {
	for i := range min(len(c), len(o)) {
		if c[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// union is the set of all members of both; it may use the memory of c.
func (c CPUSet) union(o CPUSet) CPUSet {
	for i, w := range o {
		if i == len(c) {
			return append(c, o[i:]...)
		}
		c[i] |= w
	}
	return c
}

// below is the set without the members from n on.
func (c CPUSet) below(n int) CPUSet {
	out := CPUSet{}
	for i := range min(n, len(c)*64) {
		if c.Has(i) {
			out.Add(i)
		}
	}
	return out
}

func (c CPUSet) String() string { return string(c.appendText(nil)) }

// ParseCPUSet reads a list of ranges and exceptions.
func ParseCPUSet(s string) (CPUSet, bool) {
	set := CPUSet{}
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return nil, false
	}
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		not := strings.HasPrefix(part, "^")
		first, last, isRange := strings.Cut(strings.TrimPrefix(part, "^"), "-")
		from, ok := cpuNumber(first)
		to := from
		if isRange {
			var okTo bool
			to, okTo = cpuNumber(last)
			ok = ok && okTo && to >= from && !not
		}
		if !ok {
			return nil, false
		}
		for n := from; n <= to; n++ {
			if not {
				set.remove(n)
			} else {
				set.Add(n)
			}
		}
	}
	return set, true
}

func cpuNumber(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n < maxCPU
}

func (c *CPUSet) parseText(s string) error {
	set, ok := ParseCPUSet(s)
	if !ok {
		return vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "Failed to parse bitmap '%s'", s)
	}
	*c = set
	return nil
}

func (c CPUSet) appendText(b []byte) []byte {
	start := len(b)
	for n, end := 0, len(c)*64; n < end; n++ {
		if !c.Has(n) {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
		from := n
		for c.Has(n + 1) {
			n++
		}
		if n > from {
			b = append(b, '-')
			b = strconv.AppendInt(b, int64(n), 10)
		}
	}
	return b
}

// MarshalText is the canonical text.
func (c CPUSet) MarshalText() ([]byte, error) { return c.appendText(nil), nil }

// UnmarshalText reads what ParseCPUSet does.
func (c *CPUSet) UnmarshalText(b []byte) error { return c.parseText(string(b)) }
