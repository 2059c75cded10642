package domxml

// Steps are what a driver does while a document is completed, each at a place
// of its own; nil ones do nothing.
type Steps struct {
	// Machine comes first: what kind of machine it is, on which the rest
	// depends.
	Machine func(*Domain) error
	// FindsFirmware says that the driver looks for firmware in Defaults: until
	// then a loader may be of any type.
	FindsFirmware bool
	// Defaults adds the devices that every machine of the kind has, before any
	// device is looked at.
	Defaults func(*Domain) error
	// Devices completes each device, after what is common to all drivers and
	// before the controllers that follow from devices are added.
	Devices func(*Domain) error
}

// Complete adds what libvirt adds to the definition of any domain, whoever
// runs it.
func (d *Domain) Complete() error { return d.CompleteWith(Steps{}) }

// CompleteWith is Complete with a driver's part in it.
func (d *Domain) CompleteWith(s Steps) error {
	step := func(f func(*Domain) error) error {
		if f == nil {
			return nil
		}
		return f(d)
	}
	if err := step(s.Machine); err != nil {
		return err
	}
	if err := d.completeMemory(); err != nil {
		return err
	}
	if d.GenID != nil && d.GenID.Random {
		d.GenID = &GenID{UUID: d.deriveUUID("genid", 0)}
	}
	if len(d.VCPUs) > 0 && d.VCPU.Value > maxVCPUs {
		return errTooManyVCPUs(uint64(d.VCPU.Value))
	}
	d.completeVCPUs()
	d.completeIOThreads()
	if d.CPUTune != nil {
		if err := d.CPUTune.fit(d); err != nil {
			return err
		}
	}
	if err := d.completeOS(s.FindsFirmware); err != nil {
		return err
	}
	if err := d.validateBoot(); err != nil {
		return err
	}
	d.completeLifecycle()
	if err := d.completeDrives(); err != nil {
		return err
	}
	if err := step(s.Defaults); err != nil {
		return err
	}
	return d.completeDevices(func() error { return step(s.Devices) })
}

func (d *Domain) completeMemory() error {
	if d.Memory.Value == 0 && d.CPU != nil && d.CPU.NUMA != nil {
		d.Memory.Memory = KiB(d.CPU.NUMA.memory())
	}
	if d.CurrentMemory.Unit == "" || d.CurrentMemory.Value > d.Memory.Value {
		d.CurrentMemory = KiB(d.Memory.Value)
	}
	return nil
}

// completeVCPUs settles the placement, which the policy for memory may
// decide, and how many of a list are online.
func (d *Domain) completeVCPUs() {
	v := &d.VCPU
	if v.Placement == "" {
		v.Placement = "static"
		if t := d.NUMATune; t != nil && t.Memory != nil && t.Memory.Placement == "auto" && v.CPUSet == nil {
			v.Placement = "auto"
		}
	}
	if v.Placement == "auto" {
		if d.NUMATune == nil {
			d.NUMATune = &NUMATune{}
		}
		if d.NUMATune.Memory == nil {
			d.NUMATune.Memory = &NUMAMemory{Mode: "strict", Placement: "auto"}
		}
	}
	d.completeVCPUList()
}

// completeVCPUList makes a list name every virtual CPU.
func (d *Domain) completeVCPUList() {
	if len(d.VCPUs) == 0 {
		return
	}
	all := make([]VCPUState, d.VCPU.Value)
	for i := range all {
		all[i] = VCPUState{ID: uint(i), Enabled: No, Hotpluggable: Yes}
	}
	for _, s := range d.VCPUs {
		if s.ID >= uint(len(all)) {
			continue
		}
		if s.Hotpluggable == "" {
			s.Hotpluggable = No
			if s.Enabled == No {
				s.Hotpluggable = Yes
			}
		}
		all[s.ID] = s
	}
	online := uint(0)
	for _, s := range all {
		if s.Enabled == Yes {
			online++
		}
	}
	d.VCPUs, d.VCPU.Current = all, nil
	if online < d.VCPU.Value {
		d.VCPU.Current = &online
	}
}

// completeOS says how the machine boots; finds is that the driver finds the
// firmware for what a document asks for.
func (d *Domain) completeOS(finds bool) error {
	o := &d.OS
	if o.Type.Value == "" && d.Bootloader != "" {
		o.Type.Value = "xen"
	}
	if err := d.checkOS(); err != nil {
		return err
	}
	if d.Type == "xen" && o.Type.Value == "xen" {
		o.Type.Value = "linux" // the name for the same thing
	}
	if o.Type.Value == "hvm" && len(o.Boot) == 0 && d.Bootloader == "" && !d.bootsByDevice() {
		o.Boot = []BootDev{{Dev: "hd"}}
	}
	if o.Firmware == "" {
		o.Features = nil
	}
	if o.Firmware != "" && o.NVRAM != nil && o.NVRAM.Format != "" && o.Loader == nil {
		o.Loader = &Loader{Format: o.NVRAM.Format} // both are of the same format
	}
	if l := o.Loader; l != nil && l.Path != "" && l.Type == "" && !(finds && o.Firmware != "") {
		l.Type = "rom"
	}
	return nil
}

// bootsByDevice says whether devices have an order of booting.
func (d *Domain) bootsByDevice() bool {
	found := false
	d.eachBoot(func(*Boot) error {
		found = true
		return nil
	})
	return found
}

// eachBoot visits the places in the order of booting, stopping at an error.
func (d *Domain) eachBoot(use func(*Boot) error) error {
	var err error
	visit := func(b *Boot) {
		if b != nil && err == nil {
			err = use(b)
		}
	}
	for i := range d.Devices.Disks {
		visit(d.Devices.Disks[i].Boot)
	}
	for i := range d.Devices.Interfaces {
		visit(d.Devices.Interfaces[i].Boot)
	}
	for i := range d.Devices.Hostdevs {
		visit(d.Devices.Hostdevs[i].Boot)
	}
	for i := range d.Devices.RedirDevs {
		visit(d.Devices.RedirDevs[i].Boot)
	}
	for i := range d.Devices.Filesystems {
		visit(d.Devices.Filesystems[i].Boot)
	}
	return err
}

func (d *Domain) completeLifecycle() {
	if d.OnPoweroff == "" {
		d.OnPoweroff = LifecycleDestroy
	}
	if d.OnReboot == "" {
		d.OnReboot = LifecycleRestart
	}
	if d.OnCrash == "" {
		d.OnCrash = LifecycleDestroy
	}
}
