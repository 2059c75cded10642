package domxml

import (
	"encoding/xml"
	"maps"
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
// the schema calls required: children, attributes with their value, a text.
var always = map[string][]string{
	"/domain":                                      {"memory", "os"},
	"/domain/devices/vsock/cid":                    {"@address=3"},
	"/domain/vcpu":                                 {"=2"},
	"/domain/devices/disk":                         {"@device=disk", "source", "target"},
	"/domain/devices/disk/source":                  {"@file=/a"},
	"/domain/devices/disk/target":                  {"@dev=vda"},
	"/domain/devices/disk/mirror":                  {"@type=file", "source"},
	"/domain/devices/disk/mirror/source":           {"@file=/a"},
	"/domain/devices/video":                        {"model"},
	"/domain/devices/controller":                   {"@index=1"},
	"/domain/devices/filesystem":                   {"@type=mount", "source", "target"},
	"/domain/devices/filesystem/source":            {"@dir=/a"},
	"/domain/devices/filesystem/target":            {"@dir=/a"},
	"/domain/devices/tpm":                          {"backend"},
	"/domain/devices/tpm/backend":                  {"@type=emulator"},
	"/domain/devices/serial":                       {"@type=pty"},
	"/domain/devices/parallel":                     {"@type=pty"},
	"/domain/devices/redirdev":                     {"@type=spicevmc"},
	"/domain/devices/console":                      {"@type=pty"},
	"/domain/devices/channel":                      {"@type=pty", "source", "target"},
	"/domain/devices/smartcard":                    {"@mode=host", "certificate"},
	"/domain/devices/rng/backend":                  {"@model=random"},
	"/domain/devices/crypto/backend":               {"@model=builtin"},
	"/domain/devices/shmem":                        {"server"},
	"/domain/devices/shmem/server":                 {"@path=/a"},
	"/domain/devices/audio":                        {"@id=1"},
	"/domain/devices/tpm/backend/source":           {"@path=/a"},
	"/domain/devices/hostdev":                      {"@mode=subsystem", "@type=scsi", "source"},
	"/domain/devices/hostdev/source":               {"vendor", "product"},
	"/domain/devices/interface/source":             {"vendor", "product", "address"},
	"/domain/devices/interface/source/address":     {"@type=pci", "@bus=1", "@slot=1", "@device=1"},
	"/domain/devices/interface/coalesce":           {"rx"},
	"/domain/devices/interface/coalesce/rx":        {"frames"},
	"/domain/devices/interface/coalesce/rx/frames": {"@max=1"},
	"/domain/devices/interface/driver":             {"@queues=2"},
	"/domain/devices/channel/target":               {"@type=virtio", "@address=1.1.1.1", "@port=1"},
	"/domain/devices/serial/target":                {"@port=1"},
	"/domain/devices/parallel/target":              {"@port=1"},
	"/domain/devices/console/target":               {"@port=1"},
	"/domain/devices/hostdev/source/char":          {"=/dev/a"},
	"/domain/devices/interface/mac":                {"@address=52:54:00:00:00:01"},
	"/domain/devices/interface/model":              {"@type=virtio"},
	"/domain/devices/interface":                    {"@type=hostdev", "source", "model"},
	"/domain/devices/redirfilter/usbdev":           {"@allow=yes", "@version=1.10"},
	"/domain/devices/memory/target":                {"node"},
	"/domain/devices/memory/target/node":           {"=0"},
	"/domain/cputune/cachetune":                    {"@vcpus=0"},
	"/domain/cputune/cachetune/monitor":            {"@vcpus=0", "@level=3"},
	"/domain/cputune/memorytune":                   {"@vcpus=0"},
	"/domain/cputune/memorytune/monitor":           {"@vcpus=0"},
	"/domain/cputune/vcpupin":                      {"@vcpu=0"},
	"/domain/cputune/vcpusched":                    {"@vcpus=0"},
	"/domain/cputune/iothreadsched":                {"@iothreads=1"},
	"/domain/numatune/memory":                      {"@nodeset=0"},
	"/domain/clock/timer":                          {"@name=rtc"},
	"/domain/launchSecurity":                       {"policy"},
	"/domain/cpu/numa/cell":                        {"@id=0", "@cpus=0", "@memory=1024", "cache"},
	"/domain/features/hyperv/spinlocks":            {"@retries=4095"},
	"/domain/features/hyperv/vendor_id":            {"@value=a"},
	"/domain/features/kvm/dirty-ring":              {"@size=4096"},
	"/domain/cpu/numa/interconnects/latency":       {"@initiator=0", "@target=0", "@cache=1"},

	"/domain/cpu/numa/interconnects/bandwidth":        {"@initiator=0", "@target=0", "@cache=1"},
	"/domain/devices/disk/backingStore":               {"@type=file", "format", "source"},
	"/domain/devices/disk/mirror/backingStore":        {"@type=file", "format", "source"},
	"/domain/devices/disk/backingStore/source":        {"@file=/a"},
	"/domain/devices/disk/mirror/backingStore/source": {"@file=/a"},
	"/domain/cpu/numa/cell/cache":                     {"@level=1"},
	"/domain/cpu/numa/cell/cache/size":                {"@value=1"},
}

func init() {
	always["/domain/devices/disk/encryption"] = []string{"@format=luks", "cipher"}
	always["/domain/devices/disk/encryption/secret"] = []string{"@usage=a"}
	always["/domain/devices/disk/auth/secret"] = []string{"@usage=a"}
	always["/domain/devices/hostdev/source/auth/secret"] = []string{"@usage=a"}
}

// Sources of character devices and of disks can have whatever some kind of
// them needs: what belongs to another kind is dropped.
func init() {
	for _, dev := range []string{"serial", "parallel", "console", "channel", "redirdev", "smartcard", "rng/backend"} {
		path := "/domain/devices/" + dev
		always[path] = append(always[path], "source")
		always[path+"/source"] = []string{"@mode=connect", "@host=a", "@service=1", "@path=/a", "@channel=a", "@master=/a", "@slave=/b"}
		always[path+"/source/reconnect"] = []string{"@enabled=yes", "@timeout=1"}
	}
	for _, path := range []string{
		"/domain/os/nvram", "/domain/devices/disk", "/domain/devices/disk/mirror", "/domain/devices/disk/backingStore",
		"/domain/devices/disk/mirror/backingStore",
	} {
		for _, path := range []string{path, path + "/source/dataStore"} {
			always[path+"/source"] = []string{
				"@file=/a", "@dev=/dev/a", "@dir=/a", "@protocol=https", "@name=a/b", "@pool=a", "@volume=a", "@path=/a",
			}
			always[path+"/source/host"] = []string{"@name=a"}
			always[path+"/source/auth/secret"] = []string{"@usage=a"}
			always[path+"/source/encryption"] = []string{"@format=luks", "cipher"}
			always[path+"/source/encryption/secret"] = []string{"@usage=a"}
			always[path+"/source/reservations"] = []string{"@managed=no"}
		}
	}
}

// Networks have an address, which all that is said of addresses fits to.
func init() {
	always["/network"] = []string{"ip"}
	always["/network/ip"] = []string{"@address=10.0.0.1"}
	always["/network/ip/dhcp"] = []string{"range"}
	always["/network/ip/dhcp/range"] = []string{"@start=10.0.0.2", "@end=10.0.0.3"}
	always["/network/ip/dhcp/host"] = []string{"@mac=52:54:00:00:00:01", "@ip=10.0.0.4"}
	always["/network/ip/dhcp/bootp"] = []string{"@server=10.0.0.5"}
	always["/network/route"] = []string{"@address=0.0.0.0", "@gateway=10.0.0.2"}
	always["/network/dns/srv"] = []string{"@target=a"}
	for _, path := range []string{"/network/ip/dhcp/range/lease", "/network/ip/dhcp/host/lease"} {
		always[path] = []string{"@expiry=500"}
	}
	for _, path := range []string{"/network", "/network/portgroup", "/networkport"} {
		always[path+"/bandwidth"] = []string{"inbound"}
		always[path+"/bandwidth/inbound"] = []string{"@average=1"}
		always[path+"/bandwidth/outbound"] = []string{"@average=1"}
		always[path+"/vlan"] = []string{"tag"}
	}
	always["/networkport/plug"] = []string{"@bridge=a", "@dev=a", "address"}
}

// repeated is how many there must be of an element.
var repeated = map[string]int{"/domain/devices/smartcard/certificate": 3}

// variant is a choice of what is around something.
type variant struct {
	// full adds every attribute to the element itself, allFull also to those
	// around it, and siblings every child.
	full, allFull, siblings bool
	// with is a child that goes into the element.
	with *corpus.SchemaElement
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
	ways  []way
	bases []string
	works map[*corpus.SchemaElement]variant
	// patience is how many documents are made for one target.
	patience int
	// tried are the documents that have been made for the target.
	tried []string
}

// survives says whether one of the ways keeps what is wanted.
func (p *prober) survives(doc, path, want string) bool {
	p.tried = append(p.tried, doc)
	for _, through := range p.ways {
		if out, err := through([]byte(doc)); err == nil && keeps(out, path, want) {
			return true
		}
	}
	return false
}

// holds says whether some document keeps the target.
func (p *prober) holds(e *corpus.SchemaElement, g target) bool {
	p.tried = p.tried[:0]
	budget := p.patience
	try := func(v variant) bool {
		if budget--; budget < 0 {
			return false
		}
		doc := render(e, g, v)
		if !p.survives(doc, e.Path, g.want) {
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
	for _, doc := range grafted(p.bases, e, g) {
		if p.survives(doc, e.Path, g.want) {
			return true
		}
	}
	switches := choices(e)
	for around := e; around != nil; around = around.Parent {
		known, ok := p.works[around]
		if !ok {
			continue
		}
		for _, a := range switches {
			for _, x := range a.values {
				v := known
				v.choices = maps.Clone(known.choices)
				if v.choices == nil {
					v.choices = map[string]string{}
				}
				v.choices[a.key] = x
				if try(v) {
					return true
				}
			}
		}
		break
	}
	variants := []variant{{}, {full: true}}
	for _, c := range e.Children {
		variants = append(variants, variant{with: c}, variant{with: c, full: true})
	}
	variants = append(variants, variant{full: true, allFull: true}, variant{full: true, allFull: true, siblings: true})
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
	for _, v := range []variant{{}, {full: true}, {full: true, allFull: true}} {
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
		if x.Name == "domain" && x.Parent == nil && x != e && x != e.Parent {
			continue // the type of a domain changes nothing further down
		}
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
	for _, x := range append(chain, v.with) {
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
	for range max(1, repeated[e.Path]) {
		r.one(e, depth)
	}
}

func (r *renderer) one(e *corpus.SchemaElement, depth int) {
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
	like := e
	for e.Recursive && like.Parent != nil && (like == e || like.Name != e.Name) {
		like = like.Parent
	}
	for i := range like.Attributes {
		r.attribute(e, &like.Attributes[i])
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
	if e.Path == "/domain/os/type" && strings.HasPrefix(r.last.Path, "/domain/os/init") && r.last.Name != "initrd" {
		return "exe"
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
	if !ok && (a.Required || r.v.allFull && r.on[e] || r.v.full && (e == r.last || e == r.v.with)) {
		value, ok = a.Samples()[0], true
	}
	if ok && !(e == r.last && r.g.attr == "uuid" && a.Name == "usage") { // a secret is found by one of them
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
