package domxml

import (
	"bytes"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
)

// again parses and formats one document of a kind.
var again = map[string]func(doc []byte) ([]byte, error){
	"capabilities": func(doc []byte) ([]byte, error) {
		c, err := ParseCapabilities(doc)
		if err != nil {
			return nil, err
		}
		return FormatCapabilities(c), nil
	},
	"domainCapabilities": func(doc []byte) ([]byte, error) {
		c, err := ParseDomainCapabilities(doc)
		if err != nil {
			return nil, err
		}
		return FormatDomainCapabilities(c), nil
	},
	"host cpu": func(doc []byte) ([]byte, error) {
		c, err := ParseHostCPU(doc)
		if err != nil {
			return nil, err
		}
		return FormatHostCPU(c), nil
	},
	"cpu": func(doc []byte) ([]byte, error) {
		c, err := ParseCPU(doc)
		if err != nil {
			return nil, err
		}
		return FormatCPU(c), nil
	},
	"sysinfo": func(doc []byte) ([]byte, error) {
		c, err := ParseHostSysInfo(doc)
		if err != nil {
			return nil, err
		}
		return FormatHostSysInfo(c), nil
	},
}

// root is the kind of a document: its root element, and whose CPU it is.
func root(doc []byte) string {
	if bytes.Contains(doc, []byte("<cpuTest>")) {
		return "cpuTest"
	}
	for _, name := range []string{"capabilities", "domainCapabilities", "storagepoolCapabilities", "sysinfo"} {
		if bytes.Contains(doc, []byte("<"+name)) {
			return name
		}
	}
	if bytes.Contains(doc, []byte("<arch>")) {
		return "host cpu"
	}
	return "cpu"
}

// TestCapabilitiesCorpus reads and writes what the reference's own tests have
// written: each byte is the same.
func TestCapabilitiesCorpus(t *testing.T) {
	for _, c := range []struct {
		kind string
		want int // documents that come out as they went in
		skip string
	}{
		{"capabilities", 20, "storagepoolCapabilities"},
		{"domcaps", 53, ""},
	} {
		same := 0
		for _, e := range corpus.Index(t, c.kind) {
			doc := e.Input(t)
			kind := root(doc)
			if kind == c.skip {
				continue
			}
			out, err := again[kind](doc)
			if err != nil {
				t.Errorf("%s %s: %v", c.kind, e.Name, err)
				continue
			}
			if d := corpus.Diff(strings.Split(string(doc), "\n"), string(out)); d != "" {
				t.Errorf("%s %s:\n%s", c.kind, e.Name, d)
				continue
			}
			same++
		}
		t.Logf("%s: %d the same", c.kind, same)
		if same != c.want {
			t.Errorf("%s: %d documents the same, want %d", c.kind, same, c.want)
		}
	}
}

// TestCPUCorpus reads and writes CPU documents. Golden ones come out as they
// went in; others are put into canonical form, which stays as it is.
func TestCPUCorpus(t *testing.T) {
	golden, canonical := 0, 0
	for _, e := range corpus.Index(t, "cpu") {
		doc := e.Input(t)
		kind := root(doc)
		if kind == "cpuTest" {
			var list struct {
				CPUs []struct {
					Inner []byte `xml:",innerxml"`
				} `xml:"cpu"`
			}
			if err := xml.Unmarshal(doc, &list); err != nil {
				t.Fatal(err)
			}
			for _, c := range list.CPUs {
				part := append(append([]byte("<cpu>"), c.Inner...), "</cpu>"...)
				if _, err := again[root(part)](part); err != nil {
					t.Errorf("%s: %v", e.Name, err)
				}
			}
			continue
		}
		out, err := again[kind](doc)
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		d := corpus.Diff(strings.Split(string(doc), "\n"), string(out))
		switch {
		case d == "":
			golden++
		case strings.HasPrefix(e.Note, "golden"):
			t.Errorf("%s (%s):\n%s", e.Name, e.Note, d)
		default:
			canonical++
		}
		twice, err := again[kind](out)
		if err != nil || !bytes.Equal(out, twice) {
			t.Errorf("%s changes when it is read again: %v\n%s", e.Name, err, twice)
		}
	}
	t.Logf("%d the same, %d put into canonical form", golden, canonical)
	if golden != 138 || canonical != 21 {
		t.Error("want 138 and 21")
	}
}

// TestCapabilitiesEncodingXML reads the documents with encoding/xml as well:
// both find the same.
func TestCapabilitiesEncodingXML(t *testing.T) {
	n := 0
	for _, kind := range []string{"capabilities", "domcaps"} {
		for _, e := range corpus.Index(t, kind) {
			doc := e.Input(t)
			var ours, theirs any
			var err error
			switch root(doc) {
			case "capabilities":
				ours, err = ParseCapabilities(doc)
				theirs = &Capabilities{}
			case "domainCapabilities":
				ours, err = ParseDomainCapabilities(doc)
				theirs = &DomainCapabilities{}
			default:
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := xml.Unmarshal(doc, theirs); err != nil {
				t.Errorf("%s: %v", e.Name, err)
				continue
			}
			switch v := theirs.(type) {
			case *Capabilities:
				v.XMLName = xml.Name{}
			case *DomainCapabilities:
				v.XMLName = xml.Name{}
			}
			if !reflect.DeepEqual(ours, theirs) {
				t.Errorf("%s: encoding/xml reads\n%+v\nand ParseX\n%+v", e.Name, theirs, ours)
			}
			n++
		}
	}
	if n == 0 {
		t.Error("nothing compared")
	}
}
