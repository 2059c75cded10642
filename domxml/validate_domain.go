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
		n := 0
		for _, c := range d.CPU.NUMA.Cells {
			n += c.CPUs.Len()
		}
		if n > int(d.VCPU.Value) {
			return errInternal("Number of CPUs in <numa> exceeds the <vcpu> count")
		}
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
			return errUnsupported("boot order '%d' used for more than one device", b.Order)
		}
		seen[b.Order] = true
		return nil
	})
}

func (d *Domain) validateTuning() error {
	if d.NUMATune != nil {
		cells := 0
		if d.CPU != nil && d.CPU.NUMA != nil {
			cells = len(d.CPU.NUMA.Cells)
		}
		for _, n := range d.NUMATune.MemNodes {
			if n.CellID >= uint(cells) {
				return errXML("Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell")
			}
		}
	}
	for i := range d.SecLabels {
		if s := &d.SecLabels[i]; s.Type == "dynamic" && s.Relabel == No {
			return errUnsupported("dynamic label type must use resource relabeling")
		}
	}
	if d.CPUTune != nil {
		return d.CPUTune.checkRanges()
	}
	return nil
}
