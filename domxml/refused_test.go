package domxml

import "testing"

// TestDiskRefused is what libvirt 11.3.0 says of disks that do not fit
// together, and in which order it looks: at the source, the kind of device,
// the address, the names, and then whether two are the same.
func TestDiskRefused(t *testing.T) {
	const (
		file   = "<source file='/a'/>"
		secret = "<secret type='volume' usage='a'/></auth>"
		apart  = "<source file='/a'><dataStore type='file'><format type='raw'/><source file='/b'/></dataStore></source>"
	)
	for _, c := range []struct{ disks, want string }{
		{"<disk type='network'><source protocol='sheepdog' name='a'><encryption format='luks'><cipher name='a' size='1'/></encryption></source><target dev='vda'/></disk>",
			"unsupported configuration: 'sheepdog' protocol is no longer supported by any hypervisor driver"},
		{"<disk type='file'>" + file + "<target dev='vda'/><backingStore type='file'><format type='raw'/><source file='/b'/><backingStore type='network'>" +
			"<format type='raw'/><source protocol='sheepdog' name='a'/></backingStore></backingStore></disk>",
			"unsupported configuration: 'sheepdog' protocol is no longer supported by any hypervisor driver"},
		{"<disk type='network' device='lun'><auth username='a'>" + secret + "<source protocol='iscsi' name='a'><host name='a'/></source><target dev='vda'/></disk>",
			"unsupported configuration: invalid secret type 'volume'"},
		{"<disk type='network'><auth username='a'>" + secret + "<source protocol='https' name='a'><host name='a'/></source><target dev='vda'/></disk>", ""},
		{"<disk type='network'><auth username='a'>" + secret + "<source protocol='nbd'><host name='a'/></source><target dev='vda'/></disk>",
			"unsupported configuration: authentication is not supported for protocol 'nbd'"},
		{"<disk type='file'><auth username='a'>" + secret + file + "<target dev='vda'/></disk>", ""},
		{"<disk type='file' device='lun'>" + apart + "<target dev='sda' bus='scsi'/></disk>",
			"unsupported configuration: <dataStore> feature available only with qcow2 images"},
		{"<disk type='file'><driver type='qcow2'/>" + apart + "<target dev='vda'/></disk>", ""},
		{"<disk type='file' device='cdrom'><target dev='hda'/><encryption format='luks'><cipher name='a' size='1'/></encryption></disk>",
			"unsupported configuration: supplying <cipher> for domain disk definition is unnecessary"},
		{"<disk type='file' device='lun'>" + file + "<target dev='sda' bus='scsi' removable='on'/><address type='pci'/></disk>",
			"unsupported configuration: disk device='lun' is only valid for block type disk source"},
		{"<disk type='file'>" + file + "<target dev='sda' bus='scsi'/><address type='pci'/><vendor>123456789</vendor></disk>",
			"unsupported configuration: Invalid address type 'pci' for the disk 'sda' with the bus type 'scsi'"},
		{"<disk type='file'>" + file + "<target dev='vda' removable='on'/><vendor>123456789</vendor></disk>",
			"unsupported configuration: disk vendor is more than 8 characters"},
		{"<disk type='file'>" + file + "<target dev='vda' removable='on'/></disk><disk type='file'>" + file + "<target dev='vda'/></disk>",
			"XML error: removable is only valid for usb or scsi disks"},
		{"<disk type='file'>" + file + "<target dev='vda'/></disk><disk type='file'><source file='/b'/><target dev='vda'/></disk>",
			"XML error: target 'vda' duplicated for disk sources '/a' and '/b'"},
	} {
		if got := refusal(deviceDomain(c.disks)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.disks, got, c.want)
		}
	}
}

// TestDeviceRefused is the same for what the reference says of other devices.
func TestDeviceRefused(t *testing.T) {
	usb := func(inner string) string {
		return "<hostdev mode='subsystem' type='usb'><source>" + inner + "</source></hostdev>"
	}
	for _, c := range []struct{ device, want string }{
		{usb("<address device='1'/>"), "XML error: Missing required attribute 'bus' in element 'address'"},
		{usb("<address bus='1'/>"), "XML error: Missing required attribute 'device' in element 'address'"},
		{usb("<address bus='010' device='0x1'/>"), ""},
		{usb("<product id='0'/>"), "internal error: missing vendor"},
		{usb("<vendor id='0'/><product id='1'/>"), "XML error: Invalid value for attribute 'id' in element 'vendor': Zero is not permitted"},
		{"<interface type='hostdev'><source><address type='usb' bus='1'/></source></interface>", "XML error: Missing required attribute 'device' in element 'address'"},
		{"<vsock><cid auto='no'/></vsock>", ""},
		{"<vsock><cid auto='yes' address='2'/></vsock>", "unsupported configuration: guest CIDs must be >= 3"},
		{"<vsock><cid address='0'/></vsock>", "XML error: Invalid value for attribute 'address' in element 'cid': Zero is not permitted"},
		{"<console type='spicevmc'><target type='xen'/></console>", ""},
		{"<serial type='spicevmc'><target type='usb-serial'/></serial>", ""},
		{"<serial type='spicevmc'/>", "unsupported configuration: spicevmc device type only supports virtio"},
	} {
		if got := refusal(deviceDomain(c.device)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.device, got, c.want)
		}
	}
}

func deviceDomain(devices string) string {
	return "<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os><devices>" + devices + "</devices></domain>"
}

// refusal is the error of defining a domain, or nothing.
func refusal(doc string) string {
	d, err := ParseDomain([]byte(doc))
	if err == nil {
		d.Generate(func(b []byte) { clear(b) })
		err = d.Complete()
	}
	if err == nil {
		err = d.Validate()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
