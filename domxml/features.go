package domxml

import ()

// Features are what the guest's machine can do.
type Features struct {
	ACPI          Flag                   `xml:"acpi,omitempty"`
	APIC          *APIC                  `xml:"apic" vir:"always"`
	PAE           Flag                   `xml:"pae,omitempty"`
	HAP           *FeatureOn             `xml:"hap"`
	Viridian      Flag                   `xml:"viridian,omitempty"`
	PrivNet       Flag                   `xml:"privnet,omitempty"`
	HyperV        *HyperV                `xml:"hyperv" vir:"pair"`
	KVM           *KVMFeatures           `xml:"kvm" vir:"pair"`
	PVSpinlock    *FeatureOn             `xml:"pvspinlock"`
	Capabilities  *ContainerCapabilities `xml:"capabilities"`
	PMU           *FeatureOn             `xml:"pmu"`
	VMPort        *FeatureOn             `xml:"vmport"`
	GIC           *GIC                   `xml:"gic" vir:"always"`
	SMM           *SMM                   `xml:"smm"`
	IOAPIC        *IOAPIC                `xml:"ioapic"`
	HPT           *HPT                   `xml:"hpt"`
	VMCoreInfo    *FeatureOn             `xml:"vmcoreinfo"`
	HTM           *FeatureState          `xml:"htm"`
	NestedHV      *FeatureState          `xml:"nested-hv"`
	MSRS          *MSRS                  `xml:"msrs"`
	CCFAssist     *FeatureState          `xml:"ccf-assist"`
	Xen           *XenFeatures           `xml:"xen" vir:"pair"`
	CFPC          *SpectreFix            `xml:"cfpc"`
	SBBC          *SpectreFix            `xml:"sbbc"`
	IBS           *SpectreIBS            `xml:"ibs"`
	TCG           *TCG                   `xml:"tcg"`
	AsyncTeardown *FeatureEnabled        `xml:"async-teardown"`
	RAS           *FeatureState          `xml:"ras"`
	PS2           *FeatureState          `xml:"ps2"`
	AIA           *FeatureValue          `xml:"aia"`
}

// APIC is the interrupt controller.
type APIC struct {
	EOI OnOff `xml:"eoi,attr,omitempty"`
}

// FeatureState is a feature that has to be switched.
type FeatureState struct {
	State OnOff `xml:"state,attr" vir:"required"`
}

// FeatureOn is a feature that is on unless it says otherwise.
type FeatureOn struct {
	State OnOff `xml:"state,attr,omitempty"`
}

func (f *FeatureOn) parsed(*decoder, node) error {
	if f.State == "" {
		f.State = On
	}
	return nil
}

// FeatureEnabled is a feature that is enabled unless it says otherwise.
type FeatureEnabled struct {
	Enabled YesNo `xml:"enabled,attr,omitempty"`
}

func (f *FeatureEnabled) parsed(*decoder, node) error {
	if f.Enabled == "" {
		f.Enabled = Yes
	}
	return nil
}

// FeatureValue chooses the interrupt architecture of a RISC-V guest.
type FeatureValue struct {
	Value string `xml:"value,attr" vir:"required enum=none|aplic|aplic-imsic"`
}

// GIC is the interrupt controller of an ARM guest.
type GIC struct {
	Version string `xml:"version,attr,omitempty" vir:"enum=host|2|3"`
}

// IOAPIC says who emulates the I/O interrupt controller.
type IOAPIC struct {
	Driver string `xml:"driver,attr" vir:"required enum=qemu|kvm"`
}

// MSRS says what happens on unknown model-specific registers.
type MSRS struct {
	Unknown string `xml:"unknown,attr" vir:"required enum=ignore|fault"`
}

// SpectreFix is a mitigation of a pSeries guest.
type SpectreFix struct {
	Value string `xml:"value,attr,omitempty" vir:"enum=broken|workaround|fixed"`
}

// SpectreIBS is the mitigation for indirect branches.
type SpectreIBS struct {
	Value string `xml:"value,attr,omitempty" vir:"enum=broken|workaround|fixed-ibs|fixed-ccd|fixed-na"`
}

// SMM is the system management mode.
type SMM struct {
	State OnOff `xml:"state,attr,omitempty"`
	TSEG  *TSEG `xml:"tseg"`
}

func (s *SMM) parsed(*decoder, node) error {
	if s.State == "" {
		s.State = On
	}
	if s.State == Off {
		s.TSEG = nil
	}
	return nil
}

// TSEG is the memory of the system management mode.
type TSEG struct{ Size }

func (t *TSEG) parseNode(_ *decoder, n node) error {
	if n.Text() == "" {
		return nil
	}
	bytes, err := readSize(n, 1<<20)
	if err != nil {
		return err
	}
	t.Value, t.Unit = pretty(bytes)
	return nil
}

func (t *TSEG) hidden(FormatFlags) bool { return t.Unit == "" }

// HPT is the hash page table of a pSeries guest.
type HPT struct {
	Resizing    string  `xml:"resizing,attr,omitempty" vir:"enum=enabled|disabled|required"`
	MaxPageSize *Memory `xml:"maxpagesize"`
}

// TCG are settings of the emulator that translates.
type TCG struct {
	TBCache *Memory `xml:"tb-cache"`
}

func (t *TCG) hidden(FormatFlags) bool { return t.TBCache == nil || t.TBCache.Unit == "" }

// parseNode refuses features that it does not know, as libvirt does.
func (f *Features) parseNode(d *decoder, n node) error {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() == 0 && !hasElement(f, c.Name()) {
			return errUnsupported("unexpected feature '%s'", c.Name())
		}
	}
	return d.plain(n, f)
}
