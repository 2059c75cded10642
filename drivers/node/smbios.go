//go:build linux

package node

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
)

// structure is one description in the firmware's table.
type structure struct {
	kind byte
	data []byte // with its header of four bytes
	text []string
}

// The kinds that are told about.
const (
	smbiosBIOS         = 0
	smbiosSystem       = 1
	smbiosBaseBoard    = 2
	smbiosChassis      = 3
	smbiosProcessor    = 4
	smbiosOEMStrings   = 11
	smbiosMemoryDevice = 17
	smbiosEnd          = 127
)

// smbiosVersion reads major and minor from the entry point of the table.
func smbiosVersion(entry []byte) (major, minor byte, err error) {
	switch {
	case bytes.HasPrefix(entry, []byte("_SM3_")) && len(entry) > 8:
		return entry[7], entry[8], nil
	case bytes.HasPrefix(entry, []byte("_SM_")) && len(entry) > 7:
		return entry[6], entry[7], nil
	}
	return 0, 0, errors.New("no entry point of SMBIOS")
}

// parseSMBIOS takes a table apart. Each structure is followed by its texts,
// which end with a zero each, and with another one in the end.
func parseSMBIOS(table []byte) []structure {
	var out []structure
	for len(table) >= 4 {
		s := structure{kind: table[0]}
		length := int(table[1])
		if length < 4 || length > len(table) {
			break
		}
		s.data, table = table[:length], table[length:]
		end := bytes.Index(table, []byte{0, 0})
		if end < 0 {
			break
		}
		if end > 0 {
			for text := range bytes.SplitSeq(table[:end], []byte{0}) {
				s.text = append(s.text, printable(text))
			}
		}
		table = table[end+2:]
		out = append(out, s)
		if s.kind == smbiosEnd {
			break
		}
	}
	return out
}

// printable has a dot for each byte that is no character of ASCII.
func printable(text []byte) string {
	clean := bytes.Clone(text)
	for i, b := range clean {
		if b < 0x20 || b > 0x7e {
			clean[i] = '.'
		}
	}
	return strings.TrimRight(string(clean), " ")
}

// byteAt, word and dword are numbers at a place; ok is false where the
// structure is of an older version that ends before.
func (s *structure) byteAt(at int) (n byte, ok bool) {
	if at >= len(s.data) {
		return 0, false
	}
	return s.data[at], true
}

func (s *structure) word(at int) (n uint16, ok bool) {
	if at+2 > len(s.data) {
		return 0, false
	}
	return binary.LittleEndian.Uint16(s.data[at:]), true
}

func (s *structure) dword(at int) (n uint32, ok bool) {
	if at+4 > len(s.data) {
		return 0, false
	}
	return binary.LittleEndian.Uint32(s.data[at:]), true
}

// string is the text whose number is at a place; "" in a structure that ends
// before.
func (s *structure) string(at int) string {
	n, ok := s.byteAt(at)
	switch {
	case !ok:
		return ""
	case n == 0:
		return "Not Specified"
	case int(n) > len(s.text):
		return "<BAD INDEX>"
	}
	return s.text[n-1]
}
