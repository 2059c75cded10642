package domxml

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// MAC is the address of a network card, written in lower case with colons.
type MAC [6]byte

func (m MAC) String() string { return string(m.appendText(nil)) }

// IsMulticast says whether the address is that of a group.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }

// ParseMAC reads six hexadecimal numbers of one or two digits.
func ParseMAC(s string) (m MAC, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) != len(m) {
		return MAC{}, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 16, 8)
		if err != nil || len(p) > 2 || strings.ContainsAny(p, "+_") {
			return MAC{}, false
		}
		m[i] = byte(n)
	}
	return m, true
}

func (m *MAC) parseText(s string) error {
	v, ok := ParseMAC(s)
	if !ok {
		return errXML("unable to parse mac address '%s'", s)
	}
	*m = v
	return nil
}

func (m MAC) appendText(b []byte) []byte {
	for i := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = hex.AppendEncode(b, m[i:i+1])
	}
	return b
}

// MarshalText is the canonical text.
func (m MAC) MarshalText() ([]byte, error) { return m.appendText(nil), nil }

// UnmarshalText reads what ParseMAC does.
func (m *MAC) UnmarshalText(b []byte) error { return m.parseText(string(b)) }
