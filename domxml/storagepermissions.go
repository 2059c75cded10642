package domxml

import (
	"strconv"
)

// StoragePermissions are those of a directory or an image.
type StoragePermissions struct {
	Mode *FileMode `xml:"mode"`
	// Owner and Group are numbers, nil for whatever the daemon has. The
	// reference writes the upper half of the range as negative numbers.
	Owner *int32 `xml:"owner"`
	Group *int32 `xml:"group"`
	Label string `xml:"label,omitempty"`
}

// FileMode is the access to a file; it is written in octal.
type FileMode uint32

func (m *FileMode) parseText(s string) error {
	number, _ := digits(s, &scalarOptions{})
	n, err := strconv.ParseUint(number, 8, 32)
	if err != nil || n > 0o777 {
		return errStorage("malformed octal mode")
	}
	*m = FileMode(n)
	return nil
}

func (m FileMode) appendText(b []byte) []byte {
	return strconv.AppendUint(append(b, '0'), uint64(m), 8)
}

// MarshalText is the octal text.
func (m FileMode) MarshalText() ([]byte, error) { return m.appendText(nil), nil }

// UnmarshalText reads an octal text.
func (m *FileMode) UnmarshalText(b []byte) error { return m.parseText(string(b)) }

func (p *StoragePermissions) parseNode(_ *decoder, n node) error {
	if s := childText(n, "mode"); s != "" {
		p.Mode = new(FileMode)
		if err := p.Mode.parseText(s); err != nil {
			return err
		}
	}
	if err := parseFileID(n.Child("owner"), "owner", &p.Owner); err != nil {
		return err
	}
	if err := parseFileID(n.Child("group"), "group", &p.Group); err != nil {
		return err
	}
	p.Label = childText(n, "label")
	return nil
}

// parseFileID reads a user's or group's number; -1 stands for none.
func parseFileID(n node, name string, id **int32) error {
	if !n.Valid() {
		return nil
	}
	s := n.Text()
	if s == "-1" {
		return nil
	}
	number, base := digits(s, &scalarOptions{})
	v, err := strconv.ParseUint(number, base, 32)
	if err != nil {
		return errStorage("malformed %s element", name)
	}
	if v := int32(uint32(v)); v != -1 {
		*id = &v
	}
	return nil
}

// parsePermissions reads the permissions in an element; nil where there are none.
func parsePermissions(d *decoder, n node) (*StoragePermissions, error) {
	c := n.Child("permissions")
	if !c.Valid() {
		return nil, nil
	}
	p := &StoragePermissions{}
	if err := p.parseNode(d, c); err != nil {
		return nil, err
	}
	if *p == (StoragePermissions{}) {
		return nil, nil
	}
	return p, nil
}
