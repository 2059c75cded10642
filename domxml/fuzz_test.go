package domxml

import (
	"reflect"
	"testing"
)

// fuzzSeeds are small documents of all sorts.
var fuzzSeeds = []string{
	diffBase,
	"<domain type='test'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>",
	"<domain type='qemu' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name><uuid/><memory unit='b'>1025</memory><os><type>hvm</type></os>" +
		"<q:commandline><q:arg value='-x'/><q:env name='A' value='b'/></q:commandline><q:deprecation behavior='omit'/></domain>",
	"<domain type='lxc'><name>a</name><metadata><x:y xmlns:x='urn:x' a='&#10;'>t<!-- c --></x:y></metadata><os><type>exe</type><init>/i</init></os></domain>",
	"<domain type='kvm'><name>a</name><vcpu cpuset='0-3,^2'>4</vcpu><cputune><vcpupin vcpu='1' cpuset='0'/><vcpusched vcpus='0-1' scheduler='fifo' priority='3'/></cputune>" +
		"<cpu><numa><cell id='0' cpus='0' memory='1'><distances><sibling id='0' value='10'/></distances></cell><interconnects><bandwidth initiator='0' target='0' type='read' value='5'/>" +
		"<latency initiator='0' target='0' type='read' value='5'/></interconnects></numa></cpu><os><type>hvm</type></os></domain>",
	"<domain type='kvm'><name>a</name><os><type>hvm</type></os><devices><disk type='network'><source protocol='nbd' name='x'><host name='h'/></source><target dev='sda'/>" +
		"<backingStore type='file'><format type='raw'/><source file='/b'/><backingStore/></backingStore></disk><hostdev type='pci'><source><address bus='1'/></source></hostdev>" +
		"<channel type='unix'><target type='virtio' name='n'/></channel><graphics type='spice' autoport='yes'/><video/><tpm><backend type='emulator'/></tpm>" +
		"<interface type='direct'><source dev='e' mode='bridge'/><address type='ccw' cssid='0xfe' ssid='0' devno='1'/></interface></devices></domain>",
	"<network><name>n</name><ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.9'/></dhcp></ip></network>",
	"<pool type='dir'><name>p</name><target><path>/p</path></target></pool>",
	"<volume><name>v</name><capacity unit='G'>1</capacity></volume>",
	"<filter name='f' chain='root'><rule action='accept' direction='in'><tcp dstportstart='22'/></rule></filter>",
	"<secret ephemeral='no' private='no'><usage type='volume'><volume>/v</volume></usage></secret>",
	"<domainsnapshot><name>s</name><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>",
	"<!DOCTYPE d [<!ENTITY e 'v'>]><domain><name>&e;</name></domain>",
	"<a", "",
}

// FuzzParseDomain reads anything without panic, and what was read and written
// is read again as an equal value.
func FuzzParseDomain(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := ParseDomain(doc, Live())
		if err != nil {
			return
		}
		// Tabs and line ends in attributes are written as they are, as the
		// reference writes them, so that the first text counts.
		first, err := FormatDomain(d, FormatSecure|FormatStored)
		if err != nil {
			t.Fatal(err)
		}
		a, err := ParseDomain(first, Live(), Stored())
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		second, err := FormatDomain(a, FormatSecure|FormatStored)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseDomain(second, Live(), Stored())
		if err != nil {
			t.Fatalf("%v\n%s", err, second)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("another value:\n%s\n%s", first, second)
		}
		if !reflect.DeepEqual(a, a.Clone()) {
			t.Fatal("the copy is another value")
		}
	})
}

// FuzzDocuments does everything that can be done with a document of any kind.
func FuzzDocuments(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if _, err := CheckSchema(doc); err != nil {
			_ = err.Error()
		}
		// The stored form: what readers get may lack an empty element that has to
		// be there, as the reference's text does.
		text, err := Canonical(doc, FormatSecure|FormatStored, Live())
		if err != nil {
			return
		}
		if _, err := DiffDocuments(doc, text, Live(), Stored()); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// FuzzComplete defines a domain and wants the definition to be one.
func FuzzComplete(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := ParseDomain(doc)
		if err != nil {
			return
		}
		d.Generate(func(b []byte) { clear(b) })
		if d.Complete() != nil || d.Validate() != nil {
			return
		}
		if _, err := FormatDomain(d, 0); err != nil {
			t.Fatal(err)
		}
	})
}
