package domxml

import (
	"errors"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// schemaCorpus are the folders of documents that somebody writes.
var schemaCorpus = []string{
	"domain-generic", "domain-qemu", "domain-other", "network", "networkport", "storagepool", "storagevol", "nodedev", "interface",
	"secret", "nwfilter", "nwfilterbinding", "snapshot", "checkpoint", "backup", "capabilities", "domcaps", "cpu",
}

// TestSchemaAccepts finds nothing in the documents of the corpus, which the
// reference's schema allows unless their name says otherwise.
func TestSchemaAccepts(t *testing.T) {
	n, wrong := 0, 0
	for _, kind := range schemaCorpus {
		for _, e := range corpus.Index(t, kind) {
			if e.In == "" || strings.Contains(e.In, "invalid") {
				continue
			}
			found, err := CheckSchema(e.Input(t))
			if err != nil {
				t.Logf("%s/%s: %v", kind, e.In, err)
				continue
			}
			n++
			for _, f := range found {
				t.Logf("%s/%s:%s", kind, e.In, f)
			}
			if len(found) > 0 {
				wrong++
			}
		}
	}
	t.Logf("%d of %d documents have findings", wrong, n)
	if wrong > 0 {
		t.Error("the schema allows them")
	}
}

// TestSchemaFindings says where and what, for documents of several kinds.
func TestSchemaFindings(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{"<domain type='kvm'>\n  <name>a</name>\n  <os><type>hvm</type></os>\n  <devices>\n    <disk type='zz'>\n      <target dev='vda' bus='ide'/>\n    </disk>\n  </devices>\n</domain>",
			"5:11: /domain/devices/disk: attribute 'type' cannot be 'zz'; allowed: file, block, dir, network, volume, nvme, vhostuser, vhostvdpa"},
		{"<domain type='kvm'><name>a</name><os><type>hvm</type></os>\n<on_crash>foo</on_crash></domain>",
			"2:1: /domain/on_crash: the text cannot be 'foo'; allowed: destroy, restart, preserve, rename-restart, coredump-destroy, coredump-restart"},
		{"<domain type='kvm'><name>a</name><os><type>hvm</type></os><vcpu foo = '1'>1</vcpu></domain>",
			"1:65: /domain/vcpu: unknown attribute 'foo'; allowed: placement, cpuset, current"},
		{"<domain type='kvm'><name>a</name><os><type>hvm</type></os><vcpu>-1</vcpu></domain>",
			"1:59: /domain/vcpu: the text cannot be '-1'; allowed: a number from 1 to 65535, what fits [0-9]+"},
		{"<domain type='kvm'><os><type>hvm</type></os></domain>", "1:1: /domain: element 'name' is missing"},
		{"<domain type='kvm'><name>a</name><name>b</name><os><type>hvm</type></os></domain>",
			"1:34: /domain/name[2]: only one of them may be in 'domain'"},
		{"<domain type='kvm'><name>a</name>x<os><type>hvm</type></os></domain>", "1:1: /domain: text 'x' where none may be"},
		{"<network><name>a</name><forward mode='x'/></network>",
			"1:33: /network/forward: attribute 'mode' cannot be 'x'; allowed: nat, route, open, bridge, passthrough, private, vepa, hostdev"},
		{"<secret ephemeral='no' private='x'/>", "1:24: /secret: attribute 'private' cannot be 'x'; allowed: yes, no"},
		{"<domain type='qemu' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name><os><type>hvm</type></os><q:commandline><q:foo/></q:commandline></domain>",
			"1:128: /domain/qemu:commandline/qemu:foo: unknown element in 'commandline'; allowed: qemu:arg, qemu:env"},
	} {
		found, err := CheckSchema([]byte(c.doc))
		if err != nil || len(found) != 1 || found[0].String() != c.want {
			t.Errorf("%s\n%v %v\nwant %s", c.doc, found, err, c.want)
		}
	}
}

// TestSchemaText has the words of libvirt 11.3.0 for documents with one fault.
func TestSchemaText(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{"<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os><unknown/></domain>", "Element domain has extra content: unknown\n"},
		{"<domain type='test'><name>a</name><os><type>hvm</type></os><on_crash>foo</on_crash></domain>",
			"Extra element on_crash in interleave\nInvalid sequence in interleave\nElement domain failed to validate content\n"},
		{"<domain type='test' foo='x'><name>a</name><os><type>hvm</type></os></domain>", "Invalid attribute foo for element domain\n"},
		{"<domain type='test'><name>a</name><memory foo='x'>1</memory><os><type>hvm</type></os></domain>",
			"Invalid attribute foo for element memory\nExtra element memory in interleave\nInvalid sequence in interleave\nElement domain failed to validate content\n"},
		{"<domain type='test'><name>a</name><os><type>hvm</type></os><devices><foo/></devices></domain>",
			"Extra element devices in interleave\nElement domain failed to validate content\n"},
		{"<domain type='test'><name>a</name><os><type>hvm</type></os><vcpu>x</vcpu></domain>",
			"Extra element vcpu in interleave\nInvalid sequence in interleave\nElement domain failed to validate content\n"},
		{"<domain type='test'><name>a</name><os><type>hvm</type></os><name>b</name></domain>",
			"Extra element name in interleave\nElement domain failed to validate content\n"},
	} {
		want := "XML document failed to validate against schema: Unable to validate doc against /usr/share/libvirt/schemas/domain.rng\n" + c.want
		var e *vir.Error
		if err := ValidateDomainSchema([]byte(c.doc)); !errors.As(err, &e) || e.Message != want || e.Code != vir.ErrXMLInvalidSchema || e.Domain != vir.FromXML {
			t.Errorf("%s\n%v\nwant %s", c.doc, err, want)
		}
	}
}

// TestDifference34SchemaAlternatives: a logical pool wants a source, which other types of pools do without.
func TestDifference34SchemaAlternatives(t *testing.T) {
	const doc = "<pool type='logical'><name>p</name><target><path>/p</path></target></pool>"
	if err := ValidateSchema([]byte(doc)); err != nil {
		t.Error(err)
	}
	if err := ValidateSchema([]byte(strings.Replace(doc, "<name>", "<nam>x</nam><name>", 1))); err == nil {
		t.Error("an unknown element passes")
	}
}
