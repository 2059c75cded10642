package domxml

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// parseIP reads a numeric address as the C library does: IPv4 may have fewer
// than four numbers, in decimal, octal or hexadecimal.
func parseIP(s string) (netip.Addr, bool) {
	if strings.Contains(s, ":") {
		a, err := netip.ParseAddr(s)
		return a, err == nil && a.Zone() == ""
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var n uint32
	for i, p := range parts {
		if p == "" || strings.ContainsAny(p, "+-_oObB") && !strings.HasPrefix(strings.ToLower(p), "0x") {
			return netip.Addr{}, false
		}
		width := 8
		if i == len(parts)-1 {
			width = 8 * (5 - len(parts))
		}
		v, err := strconv.ParseUint(p, 0, width)
		if err != nil {
			return netip.Addr{}, false
		}
		n |= uint32(v) << (32 - 8*i - width)
	}
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n))), true
}

// needIP is parseIP with the error of addresses that have no better one.
func needIP(s string) (netip.Addr, error) {
	a, ok := parseIP(s)
	if !ok {
		return a, vir.Errorf(vir.FromNone, vir.ErrSystemError, "Cannot parse socket address '%s': Name or service not known", s)
	}
	return a, nil
}

// Subnet is the network that the address is in, and its own address.
func (i *NetworkIP) Subnet() (netip.Addr, netip.Prefix, bool) {
	a, ok := parseIP(i.Address)
	if !ok {
		return a, netip.Prefix{}, false
	}
	p, err := a.Prefix(i.prefixLen(a))
	return a, p, err == nil
}

// prefixLen is the length of the network's prefix.
func (i *NetworkIP) prefixLen(a netip.Addr) int {
	if m, ok := parseIP(i.Netmask); ok && m.Is4() {
		b := m.As4()
		return bits.LeadingZeros32(^binary.BigEndian.Uint32(b[:]))
	}
	switch {
	case i.Prefix > 0:
		return int(i.Prefix)
	case a.Is6():
		return 64
	}
	switch first := a.As4()[0]; {
	case first < 128:
		return 8
	case first < 192:
		return 16
	case first < 224:
		return 24
	}
	return 0
}

// errRange is the error of a range of addresses.
func errRange(format string, args ...any) error {
	return vir.Errorf(vir.FromNone, vir.ErrInternalError, format, args...)
}

// maxRange is how many addresses a range may have, less one.
const maxRange = 65535

// checkAddressRange judges a range of addresses, in a network unless in is nil.
func checkAddressRange(start, end netip.Addr, in *NetworkIP) error {
	if start.Is4() != end.Is4() {
		return errRange("mismatch of address family in range %s - %s", start, end)
	}
	if in != nil {
		if err := checkWithin(start, end, in); err != nil {
			return err
		}
	}
	if start.Is4() {
		s, e := start.As4(), end.As4()
		from, to := binary.BigEndian.Uint32(s[:]), binary.BigEndian.Uint32(e[:])
		if from > to {
			return errRange("range %s - %s is reversed ", start, end)
		}
		if to-from > maxRange {
			return errRange("range %s - %s is too large (> %d)", start, end, maxRange)
		}
		return nil
	}
	s, e := start.As16(), end.As16()
	if [14]byte(s[:14]) != [14]byte(e[:14]) {
		return errRange("range %s - %s is too large (> %d)", start, end, maxRange)
	}
	if end.Less(start) {
		return errRange("range %s - %s start larger than end", start, end)
	}
	return nil
}

func checkWithin(start, end netip.Addr, in *NetworkIP) error {
	own, subnet, ok := in.Subnet()
	if !ok {
		return nil
	}
	if own.Is4() != start.Is4() {
		return errRange("mismatch of address family in range %s - %s for network %s", start, end, own)
	}
	if !subnet.Contains(start) || !subnet.Contains(end) {
		return errRange("range %s - %s is not entirely within network %s/%d", start, end, own, subnet.Bits())
	}
	if !start.Is4() {
		return nil
	}
	if start == subnet.Masked().Addr() {
		return errRange("start of range %s - %s in network %s/%d is the network address", start, end, own, subnet.Bits())
	}
	e := end.As4()
	if host := uint32(1)<<(32-subnet.Bits()) - 1; binary.BigEndian.Uint32(e[:])&host == host {
		return errRange("end of range %s - %s in network %s/%d is the broadcast address", start, end, own, subnet.Bits())
	}
	return nil
}
