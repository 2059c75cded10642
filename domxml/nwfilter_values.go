package domxml

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The kinds of values that conditions of network filters have. Each is a text
// in the form that libvirt writes, or a variable.
type (
	// FilterMACAddr is an address of a card.
	FilterMACAddr string
	// FilterMACMask is such an address whose ones come first.
	FilterMACMask string
	// FilterIPv4 is an address.
	FilterIPv4 string
	// FilterIPv6Addr is an address.
	FilterIPv6Addr string
	// FilterIPv4Mask is a number of bits up to 32.
	FilterIPv4Mask string
	// FilterIPv6Mask is a number of bits up to 128.
	FilterIPv6Mask string
	// FilterUint8 is a number up to 255, decimal or with 0x.
	FilterUint8 string
	// FilterUint16 is a number up to 65535, decimal or with 0x.
	FilterUint16 string
	// FilterUint32 is a number of 32 bits, decimal or with 0x.
	FilterUint32 string
	// FilterVLANID is a number up to 4095, decimal or with 0x.
	FilterVLANID string
	// FilterDSCP is a number up to 63, decimal or with 0x.
	FilterDSCP string
	// FilterConnLimit is a decimal number up to 65535.
	FilterConnLimit string
	// FilterProtocolID is what a frame carries: a name, or a number from 0x600.
	FilterProtocolID string
	// FilterEncapProtocol is what a frame of a virtual network carries: a name,
	// or a number from 60.
	FilterEncapProtocol string
	// FilterIPProtocol is what a packet carries: a name, or a number up to 255.
	FilterIPProtocol string
	// FilterOpcode is what an ARP packet wants: a name, or a number.
	FilterOpcode string
	// FilterBool is true or false.
	FilterBool string
	// FilterState are states of a connection: NEW,ESTABLISHED,RELATED,INVALID,
	// or NONE.
	FilterState string
	// FilterTCPFlags are flags that are looked at, a slash, flags that are set.
	FilterTCPFlags string
	// FilterIPSet is the name of a set of addresses.
	FilterIPSet string
	// FilterIPSetFlags are up to six times src or dst.
	FilterIPSetFlags string
	// FilterText is a comment of at most 256 bytes.
	FilterText string
)

func (v *FilterMACAddr) parseText(s string) error  { return filterValue(v, s, filterMAC) }
func (v *FilterMACMask) parseText(s string) error  { return filterValue(v, s, filterMACMask) }
func (v *FilterIPv4) parseText(s string) error     { return filterValue(v, s, filterIPv4) }
func (v *FilterIPv6Addr) parseText(s string) error { return filterValue(v, s, filterIPv6) }
func (v *FilterIPv4Mask) parseText(s string) error { return filterValue(v, s, filterIPv4Mask) }
func (v *FilterIPv6Mask) parseText(s string) error { return filterValue(v, s, filterIPv6Mask) }
func (v *FilterUint8) parseText(s string) error    { return filterValue(v, s, filterNumber(0, 255, nil)) }
func (v *FilterUint16) parseText(s string) error {
	return filterValue(v, s, filterNumber(0, 65535, nil))
}
func (v *FilterUint32) parseText(s string) error {
	return filterValue(v, s, filterNumber(0, 1<<32-1, nil))
}
func (v *FilterVLANID) parseText(s string) error {
	return filterValue(v, s, filterNumber(0, 4095, nil))
}
func (v *FilterDSCP) parseText(s string) error      { return filterValue(v, s, filterNumber(0, 63, nil)) }
func (v *FilterConnLimit) parseText(s string) error { return filterValue(v, s, filterDecimal(65535)) }
func (v *FilterProtocolID) parseText(s string) error {
	return filterValue(v, s, filterNumber(0x600, 65535, etherTypes))
}
func (v *FilterEncapProtocol) parseText(s string) error {
	return filterValue(v, s, filterNumber(60, 65535, etherTypes))
}
func (v *FilterIPProtocol) parseText(s string) error {
	return filterValue(v, s, filterNumber(0, 255, ipProtocols))
}
func (v *FilterOpcode) parseText(s string) error     { return filterValue(v, s, filterOpcode) }
func (v *FilterBool) parseText(s string) error       { return filterValue(v, s, filterBool) }
func (v *FilterState) parseText(s string) error      { return filterValue(v, s, filterState) }
func (v *FilterTCPFlags) parseText(s string) error   { return filterValue(v, s, filterTCPFlags) }
func (v *FilterIPSet) parseText(s string) error      { return filterValue(v, s, filterIPSet) }
func (v *FilterIPSetFlags) parseText(s string) error { return filterValue(v, s, filterIPSetFlags) }
func (v *FilterText) parseText(s string) error       { return filterValue(v, s, filterText) }

func (v FilterMACAddr) appendText(b []byte) []byte       { return appendEscaped(b, string(v)) }
func (v FilterMACMask) appendText(b []byte) []byte       { return appendEscaped(b, string(v)) }
func (v FilterIPv4) appendText(b []byte) []byte          { return appendEscaped(b, string(v)) }
func (v FilterIPv6Addr) appendText(b []byte) []byte      { return appendEscaped(b, string(v)) }
func (v FilterIPv4Mask) appendText(b []byte) []byte      { return appendEscaped(b, string(v)) }
func (v FilterIPv6Mask) appendText(b []byte) []byte      { return appendEscaped(b, string(v)) }
func (v FilterUint8) appendText(b []byte) []byte         { return appendEscaped(b, string(v)) }
func (v FilterUint16) appendText(b []byte) []byte        { return appendEscaped(b, string(v)) }
func (v FilterUint32) appendText(b []byte) []byte        { return appendEscaped(b, string(v)) }
func (v FilterVLANID) appendText(b []byte) []byte        { return appendEscaped(b, string(v)) }
func (v FilterDSCP) appendText(b []byte) []byte          { return appendEscaped(b, string(v)) }
func (v FilterConnLimit) appendText(b []byte) []byte     { return appendEscaped(b, string(v)) }
func (v FilterProtocolID) appendText(b []byte) []byte    { return appendEscaped(b, string(v)) }
func (v FilterEncapProtocol) appendText(b []byte) []byte { return appendEscaped(b, string(v)) }
func (v FilterIPProtocol) appendText(b []byte) []byte    { return appendEscaped(b, string(v)) }
func (v FilterOpcode) appendText(b []byte) []byte        { return appendEscaped(b, string(v)) }
func (v FilterBool) appendText(b []byte) []byte          { return appendEscaped(b, string(v)) }
func (v FilterState) appendText(b []byte) []byte         { return appendEscaped(b, string(v)) }
func (v FilterTCPFlags) appendText(b []byte) []byte      { return appendEscaped(b, string(v)) }
func (v FilterIPSet) appendText(b []byte) []byte         { return appendEscaped(b, string(v)) }
func (v FilterIPSetFlags) appendText(b []byte) []byte    { return appendEscaped(b, string(v)) }
func (v FilterText) appendText(b []byte) []byte          { return appendEscaped(b, string(v)) }

// filterValue puts a text into its canonical form: a variable, or what canon
// makes of it.
func filterValue[T ~string](v *T, s string, canon func(string) (string, bool)) error {
	if strings.HasPrefix(s, "$") {
		canon = filterVariable
	}
	t, ok := canon(s)
	if !ok {
		return errBad
	}
	*v = T(t)
	return nil
}

// filterVariable reads $NAME, $NAME[2] or $NAME[@2]: the value at an index, or
// that of an iterator, of which the first is not written. What follows the
// bracket is ignored.
func filterVariable(s string) (string, bool) {
	name := s[1:]
	rest := strings.TrimLeft(name, filterNameChars)
	name = name[:len(name)-len(rest)]
	if rest == "" {
		return s, true
	}
	if rest[0] != '[' {
		return "", false
	}
	inner, _, ok := strings.Cut(rest[1:], "]")
	if !ok {
		return "", false
	}
	inner = strings.TrimSpace(inner)
	iterator := strings.HasPrefix(inner, "@")
	inner = strings.TrimSpace(strings.TrimPrefix(inner, "@"))
	n, ok := filterUint(inner, 10)
	switch {
	case !ok:
		return "", false
	case !iterator:
		return fmt.Sprintf("$%s[%d]", name, n), true
	case n == 0:
		return "$" + name, true
	}
	return fmt.Sprintf("$%s[@%d]", name, n), true
}

// filterUint reads an unsigned number of 32 bits as C does: blanks and a sign
// may come first, and negative ones wrap around.
func filterUint(s string, base int) (uint32, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if base == 16 {
		s, _ = cutHex(s)
	}
	if s == "" || strings.ContainsAny(s[:1], "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 32)
	if err != nil {
		return 0, false
	}
	if negative {
		return -uint32(n), true
	}
	return uint32(n), true
}

// named are numbers with names, in the order in which names are looked for.
type named []struct {
	name   string
	number uint32
}

var (
	etherTypes = named{{"ipv4", 0x800}, {"arp", 0x806}, {"rarp", 0x8035}, {"ipv6", 0x86dd}, {"vlan", 0x8100}}

	ipProtocols = named{
		{"tcp", 6}, {"udp", 17}, {"udplite", 136}, {"esp", 50}, {"ah", 51}, {"icmp", 1}, {"igmp", 2}, {"sctp", 132}, {"icmpv6", 58},
	}

	arpOpcodes = named{
		{"Request", 1}, {"Reply", 2}, {"Request_Reverse", 3}, {"Reply_Reverse", 4}, {"DRARP_Request", 5}, {"DRARP_Reply", 6},
		{"DRARP_Error", 7}, {"InARP_Request", 8}, {"ARP_NAK", 9},
	}
)

// canonical is the name itself, in whatever case it is given.
func (t named) canonical(s string) (string, bool) {
	for _, n := range t {
		if strings.EqualFold(n.name, s) {
			return n.name, true
		}
	}
	return "", false
}

func (t named) of(number uint32) (string, bool) {
	for _, n := range t {
		if n.number == number {
			return n.name, true
		}
	}
	return "", false
}

// filterNumber reads a number in a range, decimal or else hexadecimal, which
// is kept with 0x in front, and gives it its name if it has one.
func filterNumber(from, to uint32, names named) func(string) (string, bool) {
	return func(s string) (string, bool) {
		if name, ok := names.canonical(s); ok {
			return name, true
		}
		n, ok := filterUint(s, 10)
		format := "%d"
		if !ok {
			n, ok = filterUint(s, 16)
			format = "0x%x"
		}
		if !ok || n < from || n > to {
			return "", false
		}
		if name, ok := names.of(n); ok {
			return name, true
		}
		return fmt.Sprintf(format, n), true
	}
}

// filterDecimal reads a decimal number up to a bound.
func filterDecimal(to uint32) func(string) (string, bool) {
	return func(s string) (string, bool) {
		n, ok := filterUint(s, 10)
		if !ok || n > to {
			return "", false
		}
		return strconv.FormatUint(uint64(n), 10), true
	}
}

// filterOpcode is a name, or a number that is written in decimal.
func filterOpcode(s string) (string, bool) {
	t, ok := filterNumber(0, 65535, arpOpcodes)(s)
	if hex, is := strings.CutPrefix(t, "0x"); ok && is {
		n, _ := strconv.ParseUint(hex, 16, 32)
		t = strconv.FormatUint(n, 10)
	}
	return t, ok
}

func filterBool(s string) (string, bool) {
	if s == "true" || s == "yes" || s == "1" {
		return "true", true
	}
	return "false", true
}

func filterMAC(s string) (string, bool) {
	m, ok := ParseMAC(strings.TrimRight(s, " \t\n\v\f\r"))
	return m.String(), ok
}

func filterMACMask(s string) (string, bool) {
	m, ok := ParseMAC(strings.TrimRight(s, " \t\n\v\f\r"))
	var b [8]byte
	copy(b[:], m[:])
	_, contiguous := maskBits(b[:])
	return m.String(), ok && contiguous
}

// maskBits counts the leading ones; there must be no others.
func maskBits(b []byte) (n int, ok bool) {
	ended := false
	for _, x := range b {
		ones := bits.LeadingZeros8(^x)
		if ended && x != 0 || x<<ones != 0 {
			return 0, false
		}
		n += ones
		ended = ended || ones < 8
	}
	return n, true
}

// parseIPv4 reads the forms that inet_aton knows, and IPv4 in IPv6.
func parseIPv4(s string) (netip.Addr, bool) {
	if strings.Contains(s, ":") {
		a, err := netip.ParseAddr(s)
		if err != nil || !a.Is4In6() {
			return netip.Addr{}, false
		}
		return a.Unmap(), true
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var sum uint32
	for i, p := range parts {
		width := 8
		if i == len(parts)-1 {
			width = 32 - 8*i
		}
		n, ok := number(p, 0, width)
		if !ok {
			return netip.Addr{}, false
		}
		sum |= uint32(n) << (32 - 8*i - width)
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], sum)
	return netip.AddrFrom4(b), true
}

func filterIPv4(s string) (string, bool) {
	a, ok := parseIPv4(s)
	if !ok {
		return "", false
	}
	return a.String(), true
}

func filterIPv6(s string) (string, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is6() {
		return "", false
	}
	b := a.As16()
	// An IPv4 address behind nothing but zeros is written as such.
	if binary.BigEndian.Uint64(b[:8]) == 0 && binary.BigEndian.Uint32(b[8:12]) == 0 && binary.BigEndian.Uint16(b[12:14]) != 0 {
		return "::" + netip.AddrFrom4([4]byte(b[12:])).String(), true
	}
	return a.String(), true
}

func filterIPv4Mask(s string) (string, bool) {
	if n, ok := filterUint(s, 10); ok {
		return strconv.Itoa(int(n)), n <= 32
	}
	a, ok := parseIPv4(s)
	if !ok {
		return "", false
	}
	b := a.As4()
	n, ok := maskBits(b[:])
	return strconv.Itoa(n), ok
}

func filterIPv6Mask(s string) (string, bool) {
	if n, ok := filterUint(s, 10); ok {
		return strconv.Itoa(int(n)), n <= 128
	}
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is6() {
		return "", false
	}
	b := a.As16()
	n, ok := maskBits(b[:])
	return strconv.Itoa(n), ok
}

// words splits at blanks and commas.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// pick writes those of the known words that are named, in their own order.
func pick(known []string, s string) ([]string, bool) {
	var out []string
	for _, w := range words(s) {
		if !slices.Contains(known, strings.ToUpper(w)) {
			return nil, false
		}
	}
	for _, k := range known {
		if slices.ContainsFunc(words(s), func(w string) bool { return strings.EqualFold(w, k) }) {
			out = append(out, k)
		}
	}
	return out, true
}

// filterState has the states in a fixed order; NONE excludes the others.
func filterState(s string) (string, bool) {
	list, ok := pick([]string{"NEW", "ESTABLISHED", "RELATED", "INVALID", "NONE"}, s)
	if ok && slices.Contains(list, "NONE") {
		return "NONE", true
	}
	return strings.Join(list, ","), ok
}

var tcpFlags = []string{"FIN", "SYN", "RST", "PSH", "ACK", "URG"}

func filterTCPFlags(s string) (string, bool) {
	mask, set, ok := strings.Cut(s, "/")
	if !ok {
		return "", false
	}
	side := func(s string) string {
		list, good := pick(append([]string{"ALL", "NONE"}, tcpFlags...), s)
		ok = ok && good
		all := slices.Contains(list, "ALL")
		list = slices.DeleteFunc(list, func(w string) bool { return w == "ALL" || w == "NONE" })
		switch {
		case all || len(list) == len(tcpFlags):
			return "ALL"
		case len(list) == 0:
			return "NONE"
		}
		return strings.Join(list, ",")
	}
	text := side(mask) + "/" + side(set)
	return text, ok
}

func filterIPSet(s string) (string, bool) {
	return s, len(s) <= 31 && strings.Trim(s, filterChainChars+"+ ") == ""
}

func filterIPSetFlags(s string) (string, bool) {
	list := strings.Split(strings.ToLower(s), ",")
	for _, w := range list {
		if w != "src" && w != "dst" {
			return "", false
		}
	}
	return strings.Join(list, ","), len(list) <= 6
}

// filterText cuts a comment at 256 bytes, but not within a character.
func filterText(s string) (string, bool) {
	if len(s) > 256 {
		s = s[:256]
		for len(s) > 0 && !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return s, true
}
