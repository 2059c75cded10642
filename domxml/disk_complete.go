package domxml

import (
	"cmp"
	"slices"
	"strings"
)

// diskPrefixes are the names of disks by bus, longest first where they begin
// alike.
var diskPrefixes = []struct {
	prefix string
	bus    DiskBus
}{
	{"fd", DiskBusFDC}, {"hd", DiskBusIDE}, {"vd", DiskBusVirtio}, {"sd", DiskBusSCSI}, {"xvd", DiskBusXen}, {"ubd", DiskBusUML},
}

// DiskIndex is the number behind a target's name: 0 of vda, 26 of vdaa. A
// partition may follow, vda1. It is -1 of other names.
func DiskIndex(dev string) int {
	for _, p := range diskPrefixes {
		rest, ok := strings.CutPrefix(dev, p.prefix)
		if !ok {
			continue
		}
		n, i := 0, 0
		for ; i < len(rest) && rest[i] >= 'a' && rest[i] <= 'z'; i++ {
			if n = (n)*26 + int(rest[i]-'a') + 1; n > 1<<24 {
				return -1
			}
		}
		if i == 0 || strings.Trim(rest[i:], "0123456789") != "" || strings.HasPrefix(rest[i:], "0") && len(rest[i:]) > 1 {
			return -1
		}
		return n - 1
	}
	return -1
}

// DiskTargetName is the reverse of DiskIndex: vdaa for vd and 26.
func DiskTargetName(prefix string, index int) string {
	var letters []byte
	for n := index; n >= 0; n = n/26 - 1 {
		letters = append(letters, byte('a'+n%26))
	}
	slices.Reverse(letters)
	return prefix + string(letters)
}

// busOf is the bus that a target's name stands for.
func busOf(dev string) DiskBus {
	for _, p := range diskPrefixes {
		if strings.HasPrefix(dev, p.prefix) {
			return p.bus
		}
	}
	return ""
}

// sortDisks puts disks of a bus, as written, into the order of their letters.
func sortDisks(list []Disk) {
	sortInserting(list,
		func(a, b *Disk) bool { return a.Target.Bus == b.Target.Bus },
		func(a, b *Disk) int { return cmp.Compare(DiskIndex(a.Target.Dev), DiskIndex(b.Target.Dev)) })
}

// complete gives the disk its bus, its place on it, and what follows from the
// kind of device.
func (k *Disk) complete() error {
	if k.Device == "" {
		k.Device = "disk"
	}
	if k.Target.Bus == "" {
		k.Target.Bus = busOf(k.Target.Dev)
		if k.Device == "floppy" {
			k.Target.Bus = DiskBusFDC
		}
		if k.Target.Bus == "" {
			k.Target.Bus = DiskBusIDE
		}
	}
	if k.Device == "floppy" && k.Target.Bus == DiskBusFDC && !strings.HasPrefix(k.Target.Dev, "fd") {
		return errInternal("Invalid floppy device name: %s", k.Target.Dev)
	}
	if k.Device == "cdrom" {
		k.Readonly = true
	}
	if k.Target.Bus == DiskBusSCSI && k.Device == "disk" {
		k.Target.Removable = "" // accepted, and forgotten
	}
	if k.Address == nil {
		return k.assignAddress()
	}
	return nil
}

// unitsPerBus are how many drives the controllers of a bus hold.
const (
	ideUnits  = 4
	scsiUnits = 7
	sataUnits = 6
	fdcUnits  = 2
)

// assignAddress derives the place from the target's name.
func (k *Disk) assignAddress() error {
	n := DiskIndex(k.Target.Dev)
	if n < 0 {
		return errXML("Unknown disk name '%s' and no address specified", k.Target.Dev)
	}
	switch k.Target.Bus {
	case DiskBusIDE, DiskBusSCSI, DiskBusSATA, DiskBusFDC:
	default:
		return nil
	}
	i := uint(n)
	a := &Address{Type: AddressDrive}
	switch k.Target.Bus {
	case DiskBusSCSI:
		a.Controller, a.Unit = i/scsiUnits, i%scsiUnits
	case DiskBusIDE:
		a.Controller, a.Bus, a.Unit = i/ideUnits, i%ideUnits/2, i%2
	case DiskBusSATA:
		a.Controller, a.Unit = i/sataUnits, i%sataUnits
	case DiskBusFDC:
		a.Controller, a.Unit = i/fdcUnits, i%fdcUnits
	}
	k.Address = a
	return nil
}
