package domxml

import (
	"slices"
	"strings"
)

// OS is how a guest boots and on what kind of machine.
type OS struct {
	// Firmware asks for a kind of firmware instead of a file: bios or efi.
	Firmware string         `xml:"firmware,attr,omitempty"`
	Type     OSType         `xml:"type"`
	Features []FirmwareFeat `xml:"firmware>feature"`
	Loader   *Loader        `xml:"loader"`
	NVRAM    *NVRAM         `xml:"nvram"`

	// Init and what follows it start a container.
	Init      string    `xml:"init,omitempty"`
	InitArgs  []string  `xml:"initarg"`
	InitEnv   []InitEnv `xml:"initenv"`
	InitDir   string    `xml:"initdir,omitempty"`
	InitUser  string    `xml:"inituser,omitempty"`
	InitGroup string    `xml:"initgroup,omitempty"`

	Kernel  string      `xml:"kernel,omitempty"`
	Initrd  string      `xml:"initrd,omitempty"`
	Cmdline string      `xml:"cmdline,omitempty"`
	Shim    string      `xml:"shim,omitempty"`
	Root    string      `xml:"root,omitempty"`
	DTB     string      `xml:"dtb,omitempty"`
	ACPI    []ACPITable `xml:"acpi>table"`

	Boot     []BootDev `xml:"boot"`
	BootMenu *BootMenu `xml:"bootmenu"`
	BIOS     *BIOS     `xml:"bios"`
	SMBIOS   *SMBIOS   `xml:"smbios"`
}

// OSType is the kind of guest and the machine it runs on.
type OSType struct {
	Arch    string `xml:"arch,attr,omitempty"`
	Machine string `xml:"machine,attr,omitempty"`
	// Value is hvm for a whole machine, exe for a container, xen or linux for
	// paravirtual guests.
	Value string `xml:",chardata"`
}

// osTypes and arches are what documents may name.
var (
	osTypes = []string{"hvm", "xen", "linux", "exe", "uml", "xenpvh"}
	arches  = []string{
		"alpha", "armv6l", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "loongarch64", "m68k",
		"microblaze", "microblazeel", "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc", "parisc64",
		"ppc", "ppc64", "ppc64le", "ppcemb", "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc",
		"sparc64", "unicore32", "x86_64", "xtensa", "xtensaeb",
	}
)

func (t *OSType) parsed(*decoder, node) error {
	if t.Value == "" {
		return nil
	}
	if !slices.Contains(osTypes, t.Value) {
		return errUnsupported("unknown OS type '%s'", t.Value)
	}
	if t.Arch != "" && !slices.Contains(arches, t.Arch) {
		return errUnsupported("Unknown architecture %s", t.Arch)
	}
	return nil
}

// FirmwareFeat is a feature that a firmware has to have, or must not.
type FirmwareFeat struct {
	Enabled YesNo  `xml:"enabled,attr" vir:"required"`
	Name    string `xml:"name,attr" vir:"required enum=enrolled-keys|secure-boot"`
}

// Loader is the firmware.
type Loader struct {
	Readonly  YesNo  `xml:"readonly,attr,omitempty"`
	Secure    YesNo  `xml:"secure,attr,omitempty"`
	Type      string `xml:"type,attr,omitempty" vir:"enum=rom|pflash"`
	Stateless YesNo  `xml:"stateless,attr,omitempty"`
	Format    string `xml:"format,attr,omitempty" vir:"enum=raw|qcow2"`
	Path      string `xml:",chardata"`
}

// NVRAM is where the firmware keeps its variables.
type NVRAM struct {
	Template       string      `xml:"template,attr,omitempty"`
	TemplateFormat string      `xml:"templateFormat,attr,omitempty" vir:"enum=raw|qcow2"`
	Type           DiskType    `xml:"type,attr,omitempty"`
	Format         string      `xml:"format,attr,omitempty" vir:"enum=raw|qcow2"`
	Path           string      `xml:",chardata"`
	Source         *DiskSource `xml:"source"`
}

func (v *NVRAM) parsed(*decoder, node) error {
	if v.Type == "" {
		v.Source = nil
	}
	if v.Source != nil {
		v.Path = ""
		v.Source.tie(v.Type)
		name := v.Source.Name
		if err := v.Source.check(); err != nil {
			return err
		}
		v.Source.Name = name // what it does not say stays so
	}
	v.Path = strings.TrimSpace(v.Path)
	return nil
}

// InitEnv is a variable of a container's first process.
type InitEnv struct {
	Name  string `xml:"name,attr" vir:"required"`
	Value string `xml:",chardata"`
}

// ACPITable is a table that the firmware shows to the guest.
type ACPITable struct {
	Type string `xml:"type,attr" vir:"required enum=raw|rawset|slic|msdm"`
	Path string `xml:",chardata"`
}

// maxBoot is how many kinds of devices there are to boot from.
const maxBoot = 4

// BootDev is a kind of device to boot from.
type BootDev struct {
	Dev string `xml:"dev,attr" vir:"required enum=fd|hd|cdrom|network"`
}

// BootMenu lets somebody choose the device, for a number of milliseconds.
type BootMenu struct {
	Enable  YesNo `xml:"enable,attr,omitempty"`
	Timeout *uint `xml:"timeout,attr,omitempty"`
}

func (m *BootMenu) parsed(*decoder, node) error {
	if m.Enable != Yes {
		m.Timeout = nil
	}
	if m.Timeout != nil && *m.Timeout > 65535 {
		return errUnsupported("invalid value for boot menu timeout, must be in range [0,65535]")
	}
	return nil
}

// BIOS are settings of the PC firmware; RebootTimeout is milliseconds, -1 for
// no reboot.
type BIOS struct {
	UseSerial     YesNo `xml:"useserial,attr,omitempty"`
	RebootTimeout *int  `xml:"rebootTimeout,attr,omitempty" bad:"invalid value for rebootTimeout, must be in range [-1,65535]"`
}

func (b *BIOS) parsed(*decoder, node) error {
	if b.RebootTimeout != nil && (*b.RebootTimeout < -1 || *b.RebootTimeout > 65535) {
		return errUnsupported("invalid value for rebootTimeout, must be in range [-1,65535]")
	}
	return nil
}

// SMBIOS says where the guest's SMBIOS tables come from.
type SMBIOS struct {
	Mode string `xml:"mode,attr" vir:"enum=emulate|host|sysinfo"`
}

func (o *OS) parsed(_ *decoder, n node) error {
	if o.Firmware != "" && o.Firmware != "bios" && o.Firmware != "efi" {
		return errXML("unknown firmware value %s", o.Firmware)
	}
	if s := n.Child("smbios"); s.Valid() && o.SMBIOS.Mode == "" {
		return errXML("Missing smbios mode")
	}
	slices.SortStableFunc(o.Features, func(a, b FirmwareFeat) int { return strings.Compare(a.Name, b.Name) })
	o.Boot = o.Boot[:min(len(o.Boot), maxBoot)] // the reference forgets the others
	if o.Type.Value != "exe" {
		o.Init, o.InitArgs, o.InitEnv, o.InitDir, o.InitUser, o.InitGroup = "", nil, nil, "", "", ""
	}
	return nil
}

// checkOS checks the parts that need one another.
func (d *Domain) checkOS() error {
	o := &d.OS
	switch {
	case o.Type.Value == "" && d.Bootloader == "":
		return errXML("an os <type> must be specified")
	case o.Type.Value == "exe" && o.Init == "":
		return errXML("init binary must be specified")
	}
	return nil
}
