package domxml_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
)

// liveKinds read as a daemon's answer is read, and write everything.
var liveKinds = map[string]func(doc []byte) ([]byte, error){
	"interface": func(doc []byte) ([]byte, error) {
		v, err := domxml.ParseHostInterface(doc, domxml.Live())
		if err != nil {
			return nil, err
		}
		return domxml.FormatHostInterface(v, 0)
	},
	"nodedev": func(doc []byte) ([]byte, error) {
		v, err := domxml.ParseNodeDevice(doc, domxml.Live())
		if err != nil {
			return nil, err
		}
		return domxml.FormatNodeDevice(v, 0)
	},
	"nwfilter": func(doc []byte) ([]byte, error) {
		v, err := domxml.ParseNWFilter(doc, domxml.Live())
		if err != nil {
			return nil, err
		}
		return domxml.FormatNWFilter(v, 0)
	},
}

// more are documents about what neither the corpus nor the recorded documents
// have.
var more = map[string][]string{
	"interface": {
		"<interface type='bridge' name='b'><bridge><interface type='bond' name='c'><bond><miimon freq='1' downdelay='2'/></bond></interface>" +
			"<interface type='bond' name='d'><bond><arpmon interval='1' target='a' validate='all'/></bond></interface></bridge></interface>",
	},
	"nodedev": {
		"<device><name>d</name><parent wwnn='a' wwpn='b' fabric_wwn='c'>p</parent><capability type='vdpa'><chardev>/dev/v</chardev></capability></device>",
		"<device><name>d</name><capability type='scsi_generic'><char>/dev/sg0</char></capability></device>",
		"<device><name>d</name><capability type='net'><interface>e</interface><link speed='1' state='up'/></capability></device>",
		"<device><name>d</name><capability type='mdev'><type id='a'/><uuid>11111111-2222-3333-4444-555555555555</uuid><parent_addr>a</parent_addr></capability></device>",
	},
}

// everyCondition are rules with every attribute that the schema has for their
// protocol; all but three take a variable.
func everyCondition(t *testing.T) (docs []string) {
	for _, e := range corpus.ReadSchema(t, "nwfilter").Paths {
		protocol, ok := strings.CutPrefix(e.Path, "/filter/rule/")
		if !ok {
			continue
		}
		attrs := ""
		for _, a := range e.Attributes {
			value := map[string]string{"match": "no", "protocol": "tcp", "ipsetflags": ""}
			v, fixed := value[a.Name]
			if !fixed {
				v = "$A"
			}
			if v != "" || protocol == "all" {
				attrs += " " + a.Name + "='" + cmp.Or(v, "src") + "'"
			}
		}
		docs = append(docs, "<filter name='f'><rule action='drop' direction='in'><"+protocol+attrs+"/></rule></filter>")
	}
	return docs
}

// paths are the elements and attributes of a document.
func paths(t *testing.T, doc []byte, found map[string]bool) {
	d := xml.NewDecoder(strings.NewReader(string(doc)))
	var at []string
	for {
		tok, err := d.Token()
		if err != nil {
			return
		}
		switch e := tok.(type) {
		case xml.StartElement:
			at = append(at, e.Name.Local)
			path := "/" + strings.Join(at, "/")
			found[path] = true
			for _, a := range e.Attr {
				found[path+"/@"+a.Name.Local] = true
			}
		case xml.EndElement:
			at = at[:len(at)-1]
		}
	}
}

// TestObjectCoverage wants everything that the schemas know of these kinds in
// one of the documents, after it has been read and written.
func TestObjectCoverage(t *testing.T) {
	for kind, through := range liveKinds {
		found := map[string]bool{}
		add := func(doc []byte) {
			if got, err := through(doc); err == nil {
				paths(t, got, found)
			}
		}
		for _, e := range corpus.Index(t, kind) {
			add(e.Input(t))
		}
		f, err := os.Open("testdata/objects.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			var r struct{ Kind, Input string }
			if err := json.Unmarshal(s.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			if r.Kind == kind {
				add([]byte(r.Input))
			}
		}
		f.Close()
		docs := more[kind]
		if kind == "nwfilter" {
			docs = everyCondition(t)
		}
		for _, doc := range docs {
			add([]byte(doc))
		}
		lost, all := 0, 0
		for _, e := range corpus.ReadSchema(t, kind).Paths {
			names := []string{e.Path}
			for _, a := range e.Attributes {
				names = append(names, e.Path+"/@"+a.Name)
			}
			for _, n := range names {
				if n == "/filter/rule/tcp-ipv6/@flags" {
					continue // which libvirt 11.3.0 drops
				}
				if all++; !found[n] {
					lost++
					t.Errorf("%s: %s is nowhere", kind, n)
				}
			}
		}
		t.Logf("%s: %d of %d", kind, all-lost, all)
	}
}
