package domxml

import (
	"encoding/hex"
	"strings"
)

// UUID is a universally unique identifier. It is written in lower case with
// hyphens and read in any case, with or without hyphens, blanks around it.
type UUID [16]byte

// IsZero says whether all bytes are 0, which is a valid identifier too.
func (u UUID) IsZero() bool { return u == UUID{} }

func (u UUID) String() string { return string(u.appendText(nil)) }

// ParseUUID reads an identifier.
func ParseUUID(s string) (u UUID, ok bool) {
	s = strings.TrimSpace(s)
	n := 0
	for i := 0; i < len(s); {
		if s[i] == '-' {
			i++
			continue
		}
		if i+2 > len(s) || n == len(u) {
			return UUID{}, false
		}
		if _, err := hex.Decode(u[n:n+1], []byte(s[i:i+2])); err != nil {
			return UUID{}, false
		}
		n, i = n+1, i+2
	}
	return u, n == len(u)
}

// SetVersion4 marks 16 random bytes as such an identifier.
func (u *UUID) SetVersion4() {
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
}

func (u *UUID) parseText(s string) error {
	v, ok := ParseUUID(s)
	if !ok {
		return errBad
	}
	*u = v
	return nil
}

func (u UUID) appendText(b []byte) []byte {
	for i, from := range []int{0, 4, 6, 8, 10, 16} {
		if i == 5 {
			break
		}
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, u[from:[]int{4, 6, 8, 10, 16}[i]])
	}
	return b
}

// MarshalText is the canonical text.
func (u UUID) MarshalText() ([]byte, error) { return u.appendText(nil), nil }

// UnmarshalText reads what ParseUUID does.
func (u *UUID) UnmarshalText(b []byte) error { return u.parseText(string(b)) }
