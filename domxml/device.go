package domxml

import "strings"

// Devices are everything that is attached to a machine.
type Devices struct {
	Emulator    string       `xml:"emulator,omitempty"`
	Disks       []Disk       `xml:"disk"`
	Controllers []Controller `xml:"controller"`
	Leases      []Lease      `xml:"lease"`
	Filesystems []Filesystem `xml:"filesystem"`
	Interfaces  []Interface  `xml:"interface"`
	Smartcards  []Smartcard  `xml:"smartcard"`
	Serials     []Chardev    `xml:"serial"`
	Parallels   []Chardev    `xml:"parallel"`
	Consoles    []Chardev    `xml:"console"`
	Channels    []Chardev    `xml:"channel"`
	Inputs      []Input      `xml:"input"`
	TPMs        []TPM        `xml:"tpm"`
	Graphics    []Graphics   `xml:"graphics"`
	Sounds      []Sound      `xml:"sound"`
	Audios      []Audio      `xml:"audio"`
	Videos      []Video      `xml:"video"`
	Hostdevs    []Hostdev    `xml:"hostdev" vir:"pair"`
	RedirDevs   []RedirDev   `xml:"redirdev" vir:"pair"`
	RedirFilter *RedirFilter `xml:"redirfilter"`
	Hubs        []Hub        `xml:"hub"`
	Watchdogs   []Watchdog   `xml:"watchdog"`
	Memballoon  *Memballoon  `xml:"memballoon"`
	RNGs        []RNG        `xml:"rng"`
	NVRAM       *NVRAMDevice `xml:"nvram" vir:"pair"`
	Panics      []Panic      `xml:"panic"`
	Shmems      []Shmem      `xml:"shmem"`
	Memories    []MemoryDev  `xml:"memory"`
	Cryptos     []Crypto     `xml:"crypto"`
	PStore      *PStore      `xml:"pstore"`
	IOMMU       *IOMMU       `xml:"iommu"`
	VSock       *VSock       `xml:"vsock"`
}

// Alias is the name of a device in the emulator. Documents may choose one
// that begins with ua-.
type Alias struct {
	Name string `xml:"name,attr"`
}

// IsUser says whether a document chose the name.
func (a *Alias) IsUser() bool { return strings.HasPrefix(a.Name, "ua-") }

func (a *Alias) parseNode(d *decoder, n node) error {
	a.Name, _ = n.Attr("name")
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	if !d.live && (!a.IsUser() || strings.Trim(a.Name, allowed) != "") {
		a.Name = ""
	}
	return nil
}

func (a *Alias) hidden(FormatFlags) bool { return a.Name == "" }

// Boot is the place of a device in the order of booting, from 1.
type Boot struct {
	Order    uint   `xml:"order,attr" vir:"required nonzero"`
	LoadParm string `xml:"loadparm,attr,omitempty"`
}

func (b *Boot) parsed(*decoder, node) error {
	if b.LoadParm == "" {
		return nil
	}
	b.LoadParm = strings.ToUpper(b.LoadParm)
	if len(b.LoadParm) > 8 {
		return errInternal("loadparm value '%s' must be between 1 and 8 characters", b.LoadParm)
	}
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. "
	if strings.Trim(b.LoadParm, allowed) != "" {
		return errInternal("invalid loadparm value '%s', expecting chars in set of [a-zA-Z0-9.] and blank spaces", b.LoadParm)
	}
	return nil
}

// ROM is the option ROM of a device.
type ROM struct {
	Enabled YesNo  `xml:"enabled,attr,omitempty"`
	Bar     OnOff  `xml:"bar,attr,omitempty"`
	File    string `xml:"file,attr,omitempty"`
}

// ACPIIndex numbers a device in the firmware's tables.
type ACPIIndex struct {
	Index uint `xml:"index,attr" vir:"required nonzero"`
}

// DeviceInfo is what ends the element of any device.
type DeviceInfo struct {
	Alias   *Alias     `xml:"alias"`
	ROM     *ROM       `xml:"rom"`
	ACPI    *ACPIIndex `xml:"acpi"`
	Address *Address   `xml:"address" vir:"always"`
}

// BootInfo is DeviceInfo of a device that may be booted from.
type BootInfo struct {
	Boot *Boot `xml:"boot"`
	DeviceInfo
}

// VirtioOptions are attributes of a virtio driver.
type VirtioOptions struct {
	IOMMU     OnOff `xml:"iommu,attr,omitempty"`
	ATS       OnOff `xml:"ats,attr,omitempty"`
	Packed    OnOff `xml:"packed,attr,omitempty"`
	PagePerVQ OnOff `xml:"page_per_vq,attr,omitempty"`
}

// VirtioDriver is the driver of a device that has no other options.
type VirtioDriver struct {
	VirtioOptions
}

// Reconnect says what a client does when its peer goes away.
type Reconnect struct {
	Enabled YesNo `xml:"enabled,attr,omitempty"`
	Timeout *uint `xml:"timeout,attr,omitempty"`
	Delay   *uint `xml:"delay,attr,omitempty"`
}

// said is nil where nothing is said about it.
func (r *Reconnect) said() *Reconnect {
	if r == nil || r.Enabled == "" {
		return nil
	}
	return r
}

func (r *Reconnect) parsed(_ *decoder, n node) error {
	if r.Enabled != Yes {
		r.Timeout = nil
		return nil
	}
	if _, ok := n.Attr("timeout"); !ok {
		if _, ok := n.Attr("delay"); !ok {
			return errMissing("timeout", n.Name())
		}
	}
	return nil
}

// DeviceSecLabel is the label of one file of a device.
type DeviceSecLabel struct {
	Model     string `xml:"model,attr,omitempty"`
	LabelSkip YesNo  `xml:"labelskip,attr,omitempty" vir:"live"`
	Relabel   YesNo  `xml:"relabel,attr,omitempty"`
	Label     string `xml:"label,omitempty"`
}

// hidden leaves out what says nothing.
func (s *DeviceSecLabel) hidden(f FormatFlags) bool {
	return s.Label == "" && s.Relabel == "" && (s.LabelSkip == "" || f&FormatInactive != 0)
}

func (s *DeviceSecLabel) parsed(*decoder, node) error {
	if s.Relabel == "" && s.Label != "" {
		s.Relabel = Yes
	}
	if s.Relabel == Yes && s.Label == "" {
		return errXML("Cannot specify relabel if label is missing. model=%s", s.Model)
	}
	if s.LabelSkip == No {
		s.LabelSkip = ""
	}
	return nil
}
