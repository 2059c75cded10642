package domxml

import "reflect"

// Hostdev is a device of the host that the guest has for itself.
type Hostdev struct {
	Mode    string         `xml:"mode,attr,omitempty" vir:"enum=subsystem|capabilities"`
	Type    string         `xml:"type,attr"`
	Managed YesNo          `xml:"managed,attr,omitempty"`
	SGIO    string         `xml:"sgio,attr,omitempty" vir:"enum=filtered|unfiltered"`
	RawIO   YesNo          `xml:"rawio,attr,omitempty"`
	Model   string         `xml:"model,attr,omitempty"`
	Display OnOff          `xml:"display,attr,omitempty"`
	RAMFB   OnOff          `xml:"ramfb,attr,omitempty"`
	Driver  *HostdevDriver `xml:"driver"`
	Source  *HostdevSource `xml:"source"`

	IPs       []IPAddress `xml:"ip"`
	Routes    []Route     `xml:"route"`
	Teaming   *Teaming    `xml:"teaming"`
	Readonly  Flag        `xml:"readonly,omitempty"`
	Shareable Flag        `xml:"shareable,omitempty"`
	BootInfo
}

// HostdevDriver is what binds the device on the host.
type HostdevDriver struct {
	Name  string `xml:"name,attr,omitempty" vir:"enum=kvm|vfio|xen"`
	Model string `xml:"model,attr,omitempty"`
}

// HostdevSource is the device on the host. Which fields count depends on the
// type.
type HostdevSource struct {
	Protocol       string          `xml:"protocol,attr,omitempty"`
	Name           string          `xml:"name,attr,omitempty"`
	WWPN           string          `xml:"wwpn,attr,omitempty"`
	StartupPolicy  string          `xml:"startupPolicy,attr,omitempty" vir:"enum=default|mandatory|requisite|optional"`
	GuestReset     string          `xml:"guestReset,attr,omitempty" vir:"enum=off|uninitialized|on"`
	WriteFiltering YesNo           `xml:"writeFiltering,attr,omitempty"`
	Missing        YesNo           `xml:"missing,attr,omitempty" vir:"live"`
	Vendor         *USBID          `xml:"vendor"`
	Product        *USBID          `xml:"product"`
	Adapter        *HostdevAdapter `xml:"adapter"`
	Address        *HostdevAddress `xml:"address"`
	Hosts          []DiskHost      `xml:"host"`
	Auth           *Auth           `xml:"auth"`
	Initiator      *Initiator      `xml:"initiator"`
	Block          string          `xml:"block,omitempty"`
	Char           string          `xml:"char,omitempty"`
	Interface      string          `xml:"interface,omitempty"`
}

// USBID is the number of a vendor or product.
type USBID struct {
	ID uint `xml:"id,attr" vir:"required hex=6 always"`
}

// HostdevAdapter is a SCSI adapter of the host.
type HostdevAdapter struct {
	Name string `xml:"name,attr,omitempty"`
}

// HostdevAddress is a place on the host. A PCI address has a slot, which makes
// its bus a hexadecimal number.
type HostdevAddress struct {
	Type     string  `xml:"type,attr,omitempty"`
	Domain   *uint   `xml:"domain,attr,omitempty" vir:"hex=6"`
	Bus      *uint   `xml:"bus,attr,omitempty" vir:"base0"`
	Target   *uint   `xml:"target,attr,omitempty"`
	Unit     *uint64 `xml:"unit,attr,omitempty"`
	Slot     *uint   `xml:"slot,attr,omitempty" vir:"hex=4"`
	Function *uint   `xml:"function,attr,omitempty" vir:"hex=3"`
	Device   *uint   `xml:"device,attr,omitempty" vir:"base0"`
	UUID     *UUID   `xml:"uuid,attr,omitempty"`
}

func (a *HostdevAddress) formatElement(e *encoder, name string) {
	if a.Slot == nil {
		e.fields(name, reflect.ValueOf(a).Elem(), planOf(reflect.TypeFor[HostdevAddress]()), nil)
		return
	}
	pci := Address{Domain: *orZero(a.Domain), Bus: *orZero(a.Bus), Slot: *a.Slot, Function: *orZero(a.Function)}
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	if a.Type != "" {
		e.attr("type", a.Type)
	}
	e.pci(&pci)
	e.b = append(e.b, "/>\n"...)
}
