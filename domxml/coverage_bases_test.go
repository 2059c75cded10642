package domxml

import (
	"encoding/xml"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/internal/corpus"
)

// bases are documents by kind into which the things of the schema are put, for
// what is at home in a certain company only: a kind of device with all that
// belongs to it, an attribute beside the one that it qualifies.
var bases = map[string][]string{
	"nodedev": {
		`<device><name>d</name><path>/p</path><devnode type='dev'>/dev/p</devnode><parent wwnn='a' wwpn='b' fabric_wwn='c'>computer</parent>
			<driver><name>vfio-pci</name></driver><capability type='pci'><class>0x010802</class><domain>0</domain><bus>1</bus><slot>2</slot>
			<function>3</function><product id='0x1'>p</product><vendor id='0x2'>v</vendor>
			<capability type='phys_function'><address domain='0' bus='1' slot='2' function='0'/></capability>
			<capability type='virt_functions' maxCount='7'><address domain='0' bus='1' slot='2' function='4'/></capability>
			<capability type='pci-bridge'/>
			<capability type='mdev_types'><type id='t'><name>n</name><deviceAPI>vfio-pci</deviceAPI><availableInstances>1</availableInstances></type></capability>
			<capability type='vpd'><name>n</name><fields access='readonly'><change_level>c</change_level><manufacture_id>m</manufacture_id>
			<part_number>p</part_number><serial_number>s</serial_number><vendor_field index='1'>v</vendor_field></fields>
			<fields access='readwrite'><asset_tag>a</asset_tag><vendor_field index='2'>v</vendor_field><system_field index='B'>y</system_field></fields></capability>
			<iommuGroup number='1'><address domain='0' bus='1' slot='2' function='3'/></iommuGroup><numa node='1'/>
			<pci-express><link validity='cap' port='0' speed='8' width='4'/><link validity='sta' width='4'/></pci-express></capability></device>`,
		`<device><name>d</name><capability type='pci'><domain>0</domain><bus>1</bus><slot>2</slot><function>3</function><product id='0x1'/>
			<vendor id='0x2'/><capability type='cardbus-bridge'/></capability></device>`,
		`<device><name>d</name><capability type='system'><product>p</product><hardware><vendor>v</vendor><version>1</version><serial>s</serial>
			<uuid>11111111-2222-3333-4444-555555555555</uuid></hardware><firmware><vendor>v</vendor><version>1</version>
			<release_date>01/01/2020</release_date></firmware></capability></device>`,
		`<device><name>d</name><capability type='usb_device'><bus>1</bus><device>2</device><product id='0x1'>p</product><vendor id='0x2'>v</vendor></capability></device>`,
		`<device><name>d</name><capability type='usb'><number>1</number><class>2</class><subclass>3</subclass><protocol>4</protocol><description>d</description></capability></device>`,
		`<device><name>d</name><capability type='net'><interface>e</interface><address>52:54:00:00:00:01</address><link speed='1000' state='up'/>
			<feature name='rx'/><capability type='80203'/></capability></device>`,
		`<device><name>d</name><capability type='scsi_host'><host>1</host><unique_id>2</unique_id><capability type='fc_host'><wwnn>1111111111111111</wwnn>
			<wwpn>1111111111111112</wwpn><fabric_wwn>1111111111111113</fabric_wwn></capability>
			<capability type='vport_ops'><max_vports>2</max_vports><vports>1</vports></capability></capability></device>`,
		`<device><name>d</name><capability type='scsi_target'><target>t</target><capability type='fc_remote_port'><rport>r</rport>
			<wwpn>1111111111111112</wwpn></capability></capability></device>`,
		`<device><name>d</name><capability type='scsi'><host>1</host><bus>2</bus><target>3</target><lun>4</lun><type>disk</type></capability></device>`,
		`<device><name>d</name><capability type='scsi_generic'><char>/dev/sg0</char></capability></device>`,
		`<device><name>d</name><capability type='storage'><block>/dev/a</block><bus>b</bus><drive_type>disk</drive_type><model>m</model><vendor>v</vendor>
			<serial>s</serial><size>1024</size><logical_block_size>512</logical_block_size><num_blocks>2</num_blocks>
			<capability type='hotpluggable'/></capability></device>`,
		`<device><name>d</name><capability type='storage'><block>/dev/a</block><drive_type>cdrom</drive_type><capability type='removable'>
			<media_available>1</media_available><media_size>1024</media_size><media_label>l</media_label><logical_block_size>512</logical_block_size>
			<num_blocks>2</num_blocks></capability></capability></device>`,
		`<device><name>d</name><capability type='drm'><type>primary</type></capability></device>`,
		`<device><name>d</name><capability type='mdev'><type id='t'/><uuid>11111111-2222-3333-4444-555555555555</uuid><parent_addr>a</parent_addr>
			<iommuGroup number='1'/><attr name='n' value='v'/></capability></device>`,
		`<device><name>d</name><capability type='ccw'><state>online</state><cssid>0x0</cssid><ssid>0x1</ssid><devno>0x2</devno>
			<capability type='ccwgroup_member'><group_device>g</group_device></capability></capability></device>`,
		`<device><name>d</name><capability type='ccwgroup'><state>online</state><cssid>0x0</cssid><ssid>0x1</ssid><devno>0x2</devno>
			<members><ccw_device ref='cdev0'>c</ccw_device></members>
			<capability type='qeth_generic'><card_type>c</card_type><chpid>0</chpid></capability></capability></device>`,
		`<device><name>d</name><capability type='css'><cssid>0x0</cssid><ssid>0x1</ssid><devno>0x2</devno>
			<channel_dev_addr><cssid>0x0</cssid><ssid>0x1</ssid><devno>0x2</devno></channel_dev_addr>
			<capability type='mdev_types'><type id='t'><deviceAPI>vfio-ccw</deviceAPI><availableInstances>1</availableInstances></type></capability></capability></device>`,
		`<device><name>d</name><capability type='vdpa'><chardev>/dev/v</chardev></capability></device>`,
		`<device><name>d</name><capability type='ap_card'><ap-adapter>0x01</ap-adapter></capability></device>`,
		`<device><name>d</name><capability type='ap_queue'><ap-adapter>0x01</ap-adapter><ap-domain>0x0001</ap-domain></capability></device>`,
		`<device><name>d</name><capability type='ap_matrix'><capability type='mdev_types'><type id='t'><deviceAPI>vfio-ap</deviceAPI>
			<availableInstances>1</availableInstances></type></capability></capability></device>`,
	},
}

// basesOf are the bases of a kind. Of filters there is one for each protocol: a
// rule with all that there may be in it, nearly all of it a variable.
func basesOf(kind string, schema *corpus.Schema) []string {
	docs := bases[kind]
	for _, e := range schema.Paths {
		protocol, ok := strings.CutPrefix(e.Path, "/filter/rule/")
		if !ok {
			continue
		}
		attrs := ""
		for _, a := range e.Attributes {
			switch a.Name {
			case "match":
			case "ipset":
				attrs += " ipset='s'"
			case "ipsetflags":
				attrs += " ipsetflags='src'"
			case "protocol":
				attrs += " protocol='tcp'"
			default:
				attrs += " " + a.Name + "='$A'"
			}
		}
		docs = append(docs, "<filter name='f' chain='mac-a' priority='1'><rule action='drop' direction='in'><"+protocol+attrs+"/></rule></filter>")
	}
	return docs
}

// snapshotBase is a snapshot of a domain with a disk, of which the text follows
// its target and its location.
func snapshotBase(memory, disk string) string {
	return `<domainsnapshot><name>s</name><description>d</description><state>running</state><parent><name>p</name></parent>
		<creationTime>1</creationTime><memory ` + memory + `/><disks><disk name='vda' snapshot='external' type=` + disk + `</disk></disks>
		<revertDisks><disk name='vda' snapshot='external' type=` + disk + `</disk></revertDisks>
		<domain type='qemu'><name>d</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory>1024</memory><os><type>hvm</type></os>
		<devices><disk type='file'><source file='/a'/><target dev='vda'/></disk></devices></domain>
		<cookie><cpu mode='custom' match='exact'><model>qemu64</model></cpu></cookie></domainsnapshot>`
}

// domainBase is a domain with a device.
func domainBase(device string) string {
	return `<domain type='qemu'><name>a</name><memory>1024</memory><os><type>hvm</type></os><devices>` + device + `</devices></domain>`
}

func init() {
	for _, device := range []string{
		`<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='naa.5123456789abcde0'/></hostdev>`,
		`<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>`,
		`<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.2013-06.com.example:a/1'><host name='h' port='3260'/>
			<auth username='u'><secret type='iscsi' usage='a'/></auth><initiator><iqn name='iqn.2013-06.com.example:b'/></initiator>
			</source></hostdev>`,
		`<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.2013-06.com.example:a/1'><host name='h' port='3260'/>
			<auth username='u'><secret type='ceph' uuid='11111111-2222-3333-4444-555555555555'/></auth></source></hostdev>`,
		`<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='11111111-2222-3333-4444-555555555555'/></source></hostdev>`,
		`<disk type='file'><driver name='qemu' type='luks'/><source file='/a'/><target dev='vda'/></disk>`,
		`<interface type='direct'><source dev='e' mode='bridge'/></interface>`,
		`<interface type='udp'><source address='10.0.0.1' port='1'><local address='10.0.0.2' port='2'/></source></interface>`,
		`<interface type='hostdev'><source><address type='usb' bus='1' device='2'/></source></interface>`,
		`<serial type='spicevmc'><target type='usb-serial'/></serial>`,
		`<disk type='network'><source protocol='sheepdog' name='a'/><target dev='vda'/></disk>`,
		`<disk type='file'><source file='/a'/><target dev='vda'/><backingStore type='network'><format type='raw'/>
			<source protocol='sheepdog' name='a'/></backingStore></disk>`,
	} {
		bases["domain"] = append(bases["domain"], domainBase(device))
	}
	// Sources that need one another's parts, wherever a source may stand.
	for _, source := range []string{
		`<source protocol='ssh' name='a'><host name='h' port='22'/><knownHosts path='/k'/><identity username='u' keyfile='/k'/></source>`,
		`<source protocol='ssh' name='a'><host name='h' port='22'/><knownHosts path='/k'/><identity username='u' agentsock='/k'/></source>`,
		`<source protocol='nfs' name='/a'><host name='h'/><identity user='u' group='g'/></source>`,
		`<source protocol='nbd' name='a'><host name='h' port='1'/><reconnect delay='10'/></source>`,
		`<source protocol='nbd' name='a'><host name='h' port='1'/><reconnect enabled='yes' timeout='10'/></source>`,
	} {
		for _, disk := range []string{
			`<disk type='network'><driver name='qemu' type='qcow2'/>` + source + `<target dev='vda'/></disk>`,
			`<disk type='file'><driver name='qemu' type='qcow2'/><source file='/a'/><target dev='vda'/>
				<backingStore type='network'><format type='qcow2'/>` + source + `</backingStore></disk>`,
			`<disk type='file'><driver name='qemu' type='qcow2'/><source file='/a'/><target dev='vda'/>
				<mirror type='network' job='copy'><format type='qcow2'/>` + source + `</mirror></disk>`,
			`<disk type='file'><driver name='qemu' type='qcow2'/><source file='/a'/><target dev='vda'/>
				<mirror type='file' job='copy' file='/b' format='qcow2'><format type='qcow2'/><source file='/b'/>
				<backingStore type='network'><format type='qcow2'/>` + source + `</backingStore></mirror></disk>`,
		} {
			bases["domain"] = append(bases["domain"], domainBase(disk))
		}
	}
	bases["domain"] = append(bases["domain"],
		domainBase(`<interface type='network'><source network='n'/><bandwidth><inbound average='1' peak='2' burst='3' floor='4'/>
			<outbound average='1' peak='2' burst='3'/></bandwidth></interface>`),
		`<domain type='qemu'><name>a</name><memory>1024</memory><vcpu>2</vcpu><numatune><memory mode='strict' nodeset='0'/>
			<memnode cellid='0' mode='strict' nodeset='0'/></numatune><os><type>hvm</type></os>
			<cpu><numa><cell id='0' cpus='0-1' memory='1024'/></numa></cpu></domain>`,
		`<domain type='qemu'><name>a</name><memory>1024</memory><vcpu>2</vcpu><numatune><memory mode='restrictive' nodeset='0'/>
			<memnode cellid='0' mode='restrictive' nodeset='0'/></numatune><os><type>hvm</type></os>
			<cpu><numa><cell id='0' cpus='0-1' memory='1024'/></numa></cpu></domain>`,
		`<domain type='qemu'><name>a</name><memory>1024</memory><os><type>hvm</type></os><throttlegroups><throttlegroup>
			<group_name>a</group_name><total_bytes_sec>1</total_bytes_sec></throttlegroup></throttlegroups></domain>`)
	for _, identity := range []string{"keyfile='/k'", "agentsock='/k'"} {
		bases["domain"] = append(bases["domain"], `<domain type='qemu'><name>a</name><memory>1024</memory><os><type>hvm</type>
			<loader readonly='yes' type='pflash'>/l</loader><nvram type='network'><source protocol='ssh' name='a'>
			<host name='h' port='22' transport='tcp'/><identity username='u' `+identity+`/></source></nvram></os></domain>`)
	}
	bases["storagepool"] = []string{`<pool type='iscsi-direct'><name>p</name><source><host name='h'/><device path='iqn.2013-06.com.example:a'/>
		<initiator><iqn name='iqn.2013-06.com.example:b'/></initiator></source></pool>`}
	bases["snapshot"] = []string{
		snapshotBase("snapshot='external' file='/m'", `'file'><driver type='qcow2'/><source file='/a'><dataStore type='file'>
			<format type='raw'><metadata_cache><max_size unit='bytes'>1</max_size></metadata_cache></format>
			<source file='/b'><seclabel model='selinux' relabel='no'/></source></dataStore></source>`),
		snapshotBase("snapshot='internal'", `'network'><source protocol='rbd' name='a/b'><host name='a' port='1' transport='tcp'/></source>`),
		snapshotBase("snapshot='no'", `'network'><source protocol='gluster' name='a/b'><host name='a' port='1'/></source>`),
		snapshotBase("snapshot='no'", `'network'><source protocol='nbd' name='a'><host name='a' port='1'/></source>`),
		snapshotBase("snapshot='no'", `'network'><source protocol='nbd' name='a'><host name='h' port='1'/><reconnect delay='10'/></source>`),
		snapshotBase("snapshot='no'", `'file'><driver type='qcow2'/><source file='/a'><dataStore type='file'><format type='raw'/>
			<source file='/b'><seclabel model='selinux' relabel='yes'><label>l</label></seclabel></source></dataStore></source>`),
		snapshotBase("snapshot='no'", `'vhostuser'><source type='unix' path='/s'><reconnect enabled='yes' timeout='10'/></source>`),
		snapshotBase("snapshot='no'", `'nvme'><source type='pci' managed='yes' namespace='1'><address domain='0' bus='1' slot='2' function='0'/></source>`),
	}
}

// element is a piece of a base. What has been put in is text that stands for
// itself.
type element struct {
	name  string
	attrs []xml.Attr
	text  string
	kids  []*element
	raw   string
}

// readElement reads a base.
func readElement(doc string) *element {
	d := xml.NewDecoder(strings.NewReader(doc))
	root := &element{}
	open := []*element{root}
	for {
		tok, err := d.RawToken()
		if err != nil {
			return root.kids[0]
		}
		last := open[len(open)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: rawName(tok.Name), attrs: tok.Copy().Attr}
			last.kids = append(last.kids, e)
			open = append(open, e)
		case xml.CharData:
			last.text += strings.TrimSpace(string(tok))
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func (e *element) write(b *strings.Builder) {
	if e.raw != "" {
		b.WriteString(e.raw)
		return
	}
	b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		b.WriteString(" " + rawName(a.Name) + "='")
		escape(b, a.Value)
		b.WriteString("'")
	}
	b.WriteString(">")
	escape(b, e.text)
	for _, k := range e.kids {
		k.write(b)
	}
	b.WriteString("</" + e.name + ">")
}

// set gives the element an attribute.
func (e *element) set(name, value string) {
	e.attrs = slices.DeleteFunc(e.attrs, func(a xml.Attr) bool { return rawName(a.Name) == name })
	e.attrs = append(e.attrs, xml.Attr{Name: xml.Name{Local: name}, Value: value})
}

func (e *element) has(name string) bool {
	return slices.ContainsFunc(e.attrs, func(a xml.Attr) bool { return rawName(a.Name) == name })
}

// nearest finds the elements of the base that are on the way to a path, as far
// down as there are any.
func (e *element) nearest(names []string) (found []*element, rest []string) {
	if e.name != names[0] {
		return nil, names
	}
	found = []*element{e}
	for rest = names[1:]; len(rest) > 0; rest = rest[1:] {
		var next []*element
		for _, f := range found {
			for _, k := range f.kids {
				if k.name == rest[0] {
					next = append(next, k)
				}
			}
		}
		if next == nil {
			break
		}
		found = next
	}
	return found, rest
}

// grafted are bases with the target in them, in each place where it may be:
// those that have the most of what is around it.
func grafted(bases []string, e *corpus.SchemaElement, g target) (docs []string) {
	names := strings.Split(e.Path, "/")[1:]
	chain := e.Chain()
	deepest := len(names) - 1
	for _, base := range bases {
		_, rest := readElement(base).nearest(names)
		deepest = min(deepest, len(rest))
	}
	for _, base := range bases {
		found, rest := readElement(base).nearest(names)
		for i := range found {
			if len(rest) > deepest {
				break
			}
			root := readElement(base)
			found, _ := root.nearest(names)
			at := found[i]
			switch {
			case len(rest) > 0:
				missing := chain[len(chain)-len(rest):]
				var b strings.Builder
				r := renderer{b: &b, on: map[*corpus.SchemaElement]bool{}, last: e, g: g}
				for _, x := range missing {
					r.on[x] = true
				}
				r.element(missing[0], len(chain)-len(rest))
				at.kids = append(at.kids, &element{raw: b.String()})
			case g.attr != "" && (!at.has(g.attr) || strings.Contains(g.want, "=")):
				at.set(g.attr, g.value)
			case g.text != "":
				at.text = g.text
			}
			var b strings.Builder
			root.write(&b)
			docs = append(docs, b.String())
		}
	}
	return docs
}
