package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeFeatures adds what the machine of a document without any has, and
// what other parts of it need.
func (d *definition) completeFeatures() error {
	f := &d.Features
	if d.isARMVirt() && f.GIC == nil {
		f.GIC = &domxml.GIC{Version: "2"}
	}
	if s := f.SMM; s != nil && s.TSEG != nil && s.TSEG.Unit != "" {
		if !d.isQ35() {
			return errUnsupported("SMM TSEG is only supported with q35 machine type")
		}
		if s.TSEG.Unit != "MiB" && s.TSEG.Unit != "GiB" && s.TSEG.Unit != "TiB" {
			return errUnsupported("SMM TSEG size must be divisible by 1 MiB")
		}
	}
	return nil
}

// foreign are the features of machines of other kinds: their names and who has
// them.
func (d *definition) foreign() []struct {
	name   string
	set    bool
	wanted bool
} {
	f := &d.Features
	return []struct {
		name   string
		set    bool
		wanted bool
	}{
		{"gic", f.GIC != nil, d.isARMVirt()},
		{"hpt", f.HPT != nil, d.isPSeries()},
		{"htm", f.HTM != nil, d.isPSeries()},
		{"nested-hv", f.NestedHV != nil, d.isPSeries()},
		{"ccf-assist", f.CCFAssist != nil, d.isPSeries()},
		{"cfpc", f.CFPC != nil, d.isPSeries()},
		{"sbbc", f.SBBC != nil, d.isPSeries()},
		{"ibs", f.IBS != nil, d.isPSeries()},
	}
}

// validateFeatures refuses what the machine or the emulator does not have.
func (d *definition) validateFeatures() error {
	f := &d.Features
	for _, x := range d.foreign() {
		if x.set && !x.wanted {
			return errUnsupported("The '%s' feature is not supported for architecture '%s' or machine type '%s'", x.name, d.OS.Type.Arch, d.OS.Type.Machine)
		}
	}
	switch {
	case f.VMPort != nil && f.VMPort.State == domxml.On && f.PS2 != nil && f.PS2.State == domxml.Off:
		return errUnsupported("vmport feature requires the ps2 feature not to be disabled")
	case f.TCG != nil && f.TCG.TBCache != nil && d.Type != "qemu":
		return errUnsupported("TCG features are incompatible with domain type '%s'", d.Type)
	case f.RAS != nil && !d.isARMVirt():
		return errUnsupported("ras feature is only supported with ARM Virt machines")
	case f.AIA != nil && !d.isRISCVVirt():
		return errUnsupported("aia feature is only supported with RISC-V Virt machines")
	}
	return nil
}
