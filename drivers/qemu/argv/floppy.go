package argv

import "github.com/govirtd/govirtd/domxml"

// floppyController says which drives of the floppy controller are booted from.
// The older PC has a controller on its board; the newer gets one when there
// are drives.
func (b *builder) floppyController() error {
	order := newBootOrder(b.d)
	p := &Props{}
	drives := false
	for i := range b.d.Devices.Disks {
		k := &b.d.Devices.Disks[i]
		boot := order.ofDisk(k)
		if k.Target.Bus != domxml.DiskBusFDC {
			continue
		}
		drives = true
		if boot > 0 && k.Address != nil {
			p.set("bootindex"+string(rune('A'+k.Address.Unit)), boot)
		}
	}
	if !drives {
		return nil
	}
	if b.isQ35() {
		b.device(props("driver", "isa-fdc").join(p), nil)
		return nil
	}
	for _, f := range p.fields {
		b.arg("-global", "isa-fdc."+f.key+"="+itoa(f.value.(uint)))
	}
	return nil
}
