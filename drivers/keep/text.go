//go:build linux

package keep

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// text is what stands in the file of an object.
func (p *place) text(name string, document []byte) []byte {
	var b bytes.Buffer
	if p.edit != "" {
		if p.owned || !plain(name) {
			name = "NAME"
		}
		fmt.Fprintf(&b, `<!--
WRITTEN BY THE DAEMON OF LIBVIRT'S API. What is changed here by hand is lost
with its next change. To change it, use
  virsh %s %s
or any other program that speaks to that daemon.
-->

`, p.edit, name)
	}
	if p.wrap != "" {
		fmt.Fprintf(&b, "<%s>\n", p.wrap)
	}
	b.Write(bytes.TrimRight(document, "\n"))
	b.WriteByte('\n')
	if p.wrap != "" {
		fmt.Fprintf(&b, "</%s>\n", p.wrap)
	}
	return b.Bytes()
}

// plain names can stand in a comment and in a command line as they are.
func plain(name string) bool {
	return !strings.Contains(name, "--") && !strings.HasSuffix(name, "-") &&
		!strings.ContainsAny(name, " \t\r\n!\"#$&'()*;<>?[\\]^`{|}~")
}

// unwrap takes the document out of the element around it.
func (p *place) unwrap(text []byte) ([]byte, error) {
	if p.wrap == "" {
		return text, nil
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = true
	start := int64(-1)
	for depth := 0; ; {
		at := d.InputOffset()
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("no <%s> in <%s>: %w", p.inner, p.wrap, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth == 0 && t.Name.Local != p.wrap {
				return nil, fmt.Errorf("<%s> instead of <%s>", t.Name.Local, p.wrap)
			}
			if depth == 1 && t.Name.Local == p.inner {
				start = at
			}
			depth++
		case xml.EndElement:
			if depth--; depth == 1 && start >= 0 {
				return text[start:d.InputOffset()], nil
			}
		}
	}
}
