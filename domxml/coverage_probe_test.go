package domxml

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/govirtd/govirtd/internal/corpus"
)

// namespaces are those of drivers.
var namespaces = map[string]string{
	"qemu": "http://libvirt.org/schemas/domain/qemu/1.0", "lxc": "http://libvirt.org/schemas/domain/lxc/1.0",
	"bhyve": "http://libvirt.org/schemas/domain/bhyve/1.0", "xen": "http://libvirt.org/schemas/domain/xen/1.0",
	"vmware": "http://libvirt.org/schemas/domain/vmware/1.0", "test": "http://libvirt.org/schemas/domain/test/1.0",
	"dnsmasq": "http://libvirt.org/schemas/network/dnsmasq/1.0",
	"fs":      "http://libvirt.org/schemas/storagepool/fs/1.0", "rbd": "http://libvirt.org/schemas/storagepool/rbd/1.0",
}

// always is what must be in an element, or is worth having in it, beyond what
// the schema calls required: children, and attributes with their value.
var always = map[string][]string{
	"/domain":                             {"memory"},
	"/domain/devices/disk":                {"source", "target"},
	"/domain/devices/disk/target":         {"@dev=vda"},
	"/domain/devices/disk/mirror":         {"source"},
	"/domain/devices/video":               {"model"},
	"/domain/devices/controller":          {"@index=1"},
	"/domain/devices/filesystem":          {"source", "target"},
	"/domain/devices/tpm":                 {"backend"},
	"/domain/devices/channel":             {"source", "target"},
	"/domain/devices/audio":               {"@id=1"},
	"/domain/devices/tpm/backend/source":  {"@path=/a"},
	"/domain/devices/iommu":               {"driver"},
	"/domain/cputune/cachetune/monitor":   {"@vcpus=0"},
	"/domain/cputune/memorytune/monitor":  {"@vcpus=0"},
	"/domain/cpu/topology":                {"@sockets=1"},
	"/domain/clock/timer":                 {"@name=rtc"},
	"/domain/numatune/memory":             {"@nodeset=0"},
	"/domain/launchSecurity":              {"policy"},
	"/domain/cpu/numa/cell":               {"@cpus=0", "@memory=1024"},
	"/domain/devices/memory/target":       {"node"},
	"/domain/devices/memory/target/node":  {"=0"},
	"/domain/cputune/vcpupin":             {"@vcpu=0"},
	"/domain/cputune/vcpusched":           {"@vcpus=0"},
	"/domain/cputune/iothreadsched":       {"@iothreads=1"},
	"/domain/devices/smartcard/protocol":  {"@type=raw"},
	"/domain/devices/interface/mac":       {"@address=52:54:00:00:00:01"},
	"/domain/devices/redirfilter/usbdev":  {"@allow=yes"},
	"/domain/devices/hostdev":             {"source"},
	"/domain/devices/hostdev/source/char": {"=/dev/a"},
}

// variant is a choice of what is around something.
type variant struct {
	// full adds every attribute, and siblings also every child.
	full, siblings bool
	// choices are values of attributes by path and name.
	choices map[string]string
}

// target is what a document is made for; nothing is the element.
type target struct {
	attr, value, text string
	// want is what stands behind the path of the element in what is kept.
	want string
}

// prober looks for a document in which something is kept.
type prober struct {
	through func([]byte) ([]byte, error)
	works   map[*corpus.SchemaElement]variant
}

// patience is how many documents are made for one target.
const patience = 400

// element looks for an element, and remembers what was around it.
func (p *prober) element(e *corpus.SchemaElement) bool {
	want := ""
	if e.Text != nil {
		want = "="
	}
	return p.holds(e, target{want: want})
}

// holds says whether some document keeps the target.
func (p *prober) holds(e *corpus.SchemaElement, g target) bool {
	budget := patience
	try := func(v variant) bool {
		if budget--; budget < 0 {
			return false
		}
		out, err := p.through([]byte(render(e, g, v)))
		if err != nil || !keeps(out, e.Path, g.want) {
			return false
		}
		if _, known := p.works[e]; !known {
			p.works[e] = v
		}
		return true
	}
	for around := e; around != nil; around = around.Parent {
		if v, ok := p.works[around]; ok && try(v) {
			return true
		}
	}
	switches := choices(e)
	variants := []variant{{}, {full: true}, {full: true, siblings: true}}
	for _, v := range variants {
		if try(v) {
			return true
		}
		for _, a := range switches {
			for _, x := range a.values {
				v.choices = map[string]string{a.key: x}
				if try(v) {
					return true
				}
			}
		}
	}
	for _, v := range variants[1:] {
		for i, a := range switches {
			for _, x := range a.values {
				for _, b := range switches[i+1:] {
					for _, y := range b.values {
						v.choices = map[string]string{a.key: x, b.key: y}
						if try(v) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

type choice struct {
	key    string
	values []string
}

// choices are the attributes around an element that may decide what is in it.
func choices(e *corpus.SchemaElement) (out []choice) {
	for _, x := range e.Chain() {
		places := []*corpus.SchemaElement{x}
		if len(x.Chain()) > 2 && x != e {
			for _, c := range x.Children {
				if c.Occurs == "1" || hinted(x.Path, c.Name) {
					places = append(places, c)
				}
			}
		}
		for _, at := range places {
			for i := range at.Attributes {
				a := &at.Attributes[i]
				if len(a.Enum) == 0 || a.Enum[0] == "on" || a.Enum[0] == "off" || (a.Enum[0] == "yes" || a.Enum[0] == "no") && a.Name != "managed" {
					continue
				}
				out = append(out, choice{at.Path + "/@" + a.Name, a.Enum})
			}
		}
	}
	return out
}

func hinted(path, name string) bool {
	for _, h := range always[path] {
		if h == name {
			return true
		}
	}
	return false
}

// render makes the document.
func render(e *corpus.SchemaElement, g target, v variant) string {
	chain := e.Chain()
	var b strings.Builder
	r := renderer{b: &b, on: map[*corpus.SchemaElement]bool{}, last: e, g: g, v: v}
	for _, x := range chain {
		r.on[x] = true
	}
	r.element(chain[0], 0)
	return b.String()
}

type renderer struct {
	b    *strings.Builder
	on   map[*corpus.SchemaElement]bool
	last *corpus.SchemaElement
	g    target
	v    variant
}

func (r *renderer) element(e *corpus.SchemaElement, depth int) {
	if e.Any {
		r.b.WriteString("<x:any xmlns:x='urn:any'/>")
		return
	}
	r.b.WriteString("<" + e.Name)
	if e.Parent == nil {
		for prefix, uri := range namespaces {
			if strings.Contains(r.last.Path, "/"+prefix+":") {
				r.b.WriteString(" xmlns:" + prefix + "='" + uri + "'")
			}
		}
	}
	for i := range e.Attributes {
		r.attribute(e, &e.Attributes[i])
	}
	r.b.WriteString(">")
	if text := r.text(e); text != "" {
		escape(r.b, text)
	}
	for _, c := range e.Children {
		switch {
		case r.on[c], c.Occurs == "1", c.Occurs == "+", hinted(e.Path, c.Name):
			r.element(c, depth+1)
		case r.v.siblings && depth > 1 && r.on[e] && !c.Recursive && c.Name != "address":
			r.element(c, depth+1)
		}
	}
	r.b.WriteString("</" + e.Name + ">")
}

func (r *renderer) text(e *corpus.SchemaElement) string {
	if e == r.last && r.g.text != "" {
		return r.g.text
	}
	for _, h := range always[e.Path] {
		if v, ok := strings.CutPrefix(h, "="); ok {
			return v
		}
	}
	if e.Text == nil {
		return ""
	}
	if e.Path == "/domain/os/type" {
		return "hvm"
	}
	return e.Text.Samples()[0]
}

func (r *renderer) attribute(e *corpus.SchemaElement, a *corpus.SchemaAttribute) {
	value, ok := r.v.choices[e.Path+"/@"+a.Name]
	if e == r.last && a.Name == r.g.attr {
		value, ok = r.g.value, true
	}
	if !ok {
		for _, h := range always[e.Path] {
			if v, found := strings.CutPrefix(h, "@"+a.Name+"="); found {
				value, ok = v, true
			}
		}
	}
	if !ok && (a.Required || r.v.full && r.on[e]) {
		value, ok = a.Samples()[0], true
	}
	if ok {
		r.b.WriteString(" " + a.Name + "='")
		escape(r.b, value)
		r.b.WriteString("'")
	}
}

func escape(b *strings.Builder, s string) {
	if err := xml.EscapeText(b, []byte(s)); err != nil {
		panic(err) // a strings.Builder takes everything
	}
}

// keeps says whether a document has the element, and behind it what is wanted:
// "=" a text, "=text", "@name", "@name=value".
func keeps(doc []byte, path, want string) bool {
	d := xml.NewDecoder(strings.NewReader(string(doc)))
	var at []string
	parent, last := path[:strings.LastIndexByte(path, '/')], path[strings.LastIndexByte(path, '/')+1:]
	for {
		tok, err := d.RawToken()
		if err != nil {
			if err != io.EOF {
				return false
			}
			return false
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if last == "*" && "/"+strings.Join(at, "/") == parent {
				return true
			}
			at = append(at, rawName(tok.Name))
			if "/"+strings.Join(at, "/") != path {
				continue
			}
			if want == "" {
				return true
			}
			for _, a := range tok.Attr {
				if n := "@" + rawName(a.Name); n == want || n+"="+a.Value == want {
					return true
				}
			}
		case xml.CharData:
			if strings.HasPrefix(want, "=") && "/"+strings.Join(at, "/") == path {
				if s := strings.TrimSpace(string(tok)); want == "=" && s != "" || want == "="+s {
					return true
				}
			}
		case xml.EndElement:
			at = at[:len(at)-1]
		}
	}
}

func rawName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}
