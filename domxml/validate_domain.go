package domxml

import (
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

func (d *Domain) validateName() error {
	if strings.Contains(d.Name, "/") {
		return errXML("name %s cannot contain '/'", d.Name)
	}
	if strings.Contains(d.Name, "\n") {
		return vir.Errorf(vir.FromXML, vir.ErrXMLDetail, "invalid char in name: %s", "\n")
	}
	return nil
}

func (d *Domain) validateVCPUs() error {
	if d.VCPU.Value == 0 {
		return errInternal("CPU IDs in <numa> exceed the <vcpu> count")
	}
	if d.CPU != nil && d.CPU.NUMA != nil {
		for _, c := range d.CPU.NUMA.Cells {
			if c.CPUs.Max() >= int(d.VCPU.Value) {
				return errInternal("CPU IDs in <numa> exceed the <vcpu> count")
			}
		}
	}
	return nil
}

func (d *Domain) validateBoot() error {
	if len(d.OS.Boot) > 0 && d.bootsByDevice() {
		return errUnsupported("per-device boot elements cannot be used together with os/boot elements")
	}
	seen := map[uint]bool{}
	return d.eachBoot(func(b *Boot) error {
		if seen[b.Order] {
			return errUnsupported("boot order %d used for more than one device", b.Order)
		}
		seen[b.Order] = true
		return nil
	})
}

func (d *Domain) validateTuning() error {
	if d.CPUTune != nil {
		return d.CPUTune.checkRanges()
	}
	return nil
}
