package argv

import "github.com/govirtd/govirtd/domxml"

// bootOrder gives devices their place in the order of booting where the
// document names kinds of devices instead: the first of each kind gets it.
type bootOrder struct {
	disk, cdrom, floppy, network uint
}

func newBootOrder(d *domxml.Domain) (o bootOrder) {
	for i, dev := range d.OS.Boot {
		n := uint(i + 1)
		switch dev.Dev {
		case "hd":
			o.disk = n
		case "cdrom":
			o.cdrom = n
		case "fd":
			o.floppy = n
		case "network":
			o.network = n
		}
	}
	return o
}

// take is the place of the next device of a kind, 0 for none.
func take(place *uint) uint {
	n := *place
	*place = 0
	return n
}

// ofDisk is the place of a disk.
func (o *bootOrder) ofDisk(k *domxml.Disk) uint {
	n := uint(0)
	switch k.Device {
	case "cdrom":
		n = take(&o.cdrom)
	case "floppy":
		n = take(&o.floppy)
	default:
		n = take(&o.disk)
	}
	if k.Boot != nil {
		return k.Boot.Order
	}
	return n
}

// ofNet is the place of an interface.
func (o *bootOrder) ofNet(boot *domxml.Boot) uint {
	n := take(&o.network)
	if boot != nil {
		return boot.Order
	}
	return n
}

// bootOptions are the menu of the firmware and what it does when nothing boots.
func (b *builder) bootOptions() error {
	w := &words{}
	if m := b.d.OS.BootMenu; m != nil && m.Enable != "" {
		w.set("menu", onOff(m.Enable))
		if m.Timeout != nil && m.Enable == domxml.Yes {
			w.set("splash-time", itoa(*m.Timeout))
		}
	}
	if s := b.d.OS.BIOS; s != nil && s.RebootTimeout != nil {
		w.set("reboot-timeout", itoa(*s.RebootTimeout))
	}
	w.set("strict", "on")
	b.arg("-boot", w.String())
	return nil
}

// kernel boots a guest directly, and adds tables and files for its firmware.
func (b *builder) kernel() error {
	o := &b.d.OS
	for _, x := range []struct{ option, value string }{
		{"-kernel", o.Kernel}, {"-initrd", o.Initrd}, {"-append", o.Cmdline}, {"-dtb", o.DTB}, {"-shim", o.Shim},
	} {
		if x.value != "" {
			b.arg(x.option, x.value)
		}
	}
	for _, t := range o.ACPI {
		switch t.Type {
		case "raw", "rawset":
			b.arg("-acpitable", word("file="+t.Path).String())
		default:
			sig := map[string]string{"slic": "SLIC", "msdm": "MSDM"}[t.Type]
			b.arg("-acpitable", word("sig="+sig).set("file", t.Path).String())
		}
	}
	for _, s := range b.d.SysInfo {
		if s.Type != "fwcfg" {
			continue
		}
		for _, f := range s.FWCfg {
			w := word("name=" + f.Name)
			if f.File != "" {
				w.set("file", f.File)
			} else {
				w.set("string", f.Value)
			}
			b.arg("-fw_cfg", w.String())
		}
	}
	return nil
}
