package domxml

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// DeviceKind is the name of a device's element: disk, interface, controller.
type DeviceKind string

// The kinds that something is done about besides what is done about all.
const (
	DeviceDisk       DeviceKind = "disk"
	DeviceController DeviceKind = "controller"
	DeviceLease      DeviceKind = "lease"
	DeviceInterface  DeviceKind = "interface"
	DeviceHostdev    DeviceKind = "hostdev"
	DeviceRedirDev   DeviceKind = "redirdev"
	DeviceMemory     DeviceKind = "memory"
	DeviceInput      DeviceKind = "input"
	DeviceHub        DeviceKind = "hub"
	DeviceSerial     DeviceKind = "serial"
	DeviceParallel   DeviceKind = "parallel"
	DeviceConsole    DeviceKind = "console"
	DeviceChannel    DeviceKind = "channel"
	DeviceMemballoon DeviceKind = "memballoon"
)

// Class is what error texts call the kind: all character devices are chr.
func (k DeviceKind) Class() string {
	switch k {
	case DeviceSerial, DeviceParallel, DeviceConsole, DeviceChannel:
		return "chr"
	}
	return string(k)
}

// notDevices are elements beside the devices that are none.
var notDevices = []string{"emulator", "redirfilter"}

// deviceFields are the fields of Devices by the names of the elements.
func deviceFields() []field { return planOf(reflect.TypeFor[Devices]()).elems }

// Device is one device of a machine, of any kind.
type Device struct {
	Kind DeviceKind
	// value is a pointer to the device's struct.
	value reflect.Value
}

// Value is a pointer to the device: *Disk, *Interface and so on.
func (d *Device) Value() any { return d.value.Interface() }

// Disk is the device if it is a disk, else nil; so are the others.
func (d *Device) Disk() *Disk { k, _ := d.Value().(*Disk); return k }

// Interface is the device if it is a network card.
func (d *Device) Interface() *Interface { c, _ := d.Value().(*Interface); return c }

// Hostdev is the device if it is one of the host.
func (d *Device) Hostdev() *Hostdev { h, _ := d.Value().(*Hostdev); return h }

// Alias is the device's name in the emulator, empty if it has none.
func (d *Device) Alias() string {
	if f := d.aliasField(); f.IsValid() && !f.IsNil() {
		return f.Interface().(*Alias).Name
	}
	return ""
}

// SetAlias names the device; kinds without a name stay so.
func (d *Device) SetAlias(name string) {
	if f := d.aliasField(); f.IsValid() {
		f.Set(reflect.ValueOf(&Alias{Name: name}))
	}
}

func (d *Device) aliasField() reflect.Value { return d.value.Elem().FieldByName("Alias") }

// Address is the device's place, nil if it has none.
func (d *Device) Address() *Address {
	f := d.value.Elem().FieldByName("Address")
	if !f.IsValid() {
		return nil
	}
	a, _ := f.Interface().(*Address)
	return a
}

func (d *Device) boot() *Boot {
	if f := d.value.Elem().FieldByName("Boot"); f.IsValid() {
		b, _ := f.Interface().(*Boot)
		return b
	}
	return nil
}

// Replace makes the device one like o, which is of the same kind.
func (d *Device) Replace(o *Device) { d.value.Elem().Set(o.Clone().value.Elem()) }

// Clone is a copy that shares nothing with the original.
func (d *Device) Clone() *Device {
	v := reflect.New(d.value.Type().Elem())
	deepCopy(v.Elem(), d.value.Elem())
	return &Device{d.Kind, v}
}

// ParseDevice reads the document of one device. Nothing is added to it.
func ParseDevice(doc []byte, options ...Option) (*Device, error) {
	var d decoder
	for _, o := range options {
		o(&d)
	}
	var out *Device
	err := d.withTree(doc, vir.FromDomain, func(root node) error {
		name := root.Name()
		for _, f := range deviceFields() {
			if f.name != name || slices.Contains(notDevices, name) {
				continue
			}
			out = &Device{DeviceKind(name), reflect.New(f.plan.typ)}
			return d.element(root, out.value.Elem(), f.plan)
		}
		return errUnsupported("unknown device type '%s'", name)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// FormatDevice writes the document of one device.
func FormatDevice(d *Device, flags FormatFlags) []byte {
	e := encoder{flags: flags}
	for _, f := range deviceFields() {
		if f.name == string(d.Kind) {
			f.always = true
			e.element(f.name, d.value.Elem(), f.plan, &f)
		}
	}
	return e.b
}

// EachDevice visits all devices, in the order of the document, until use
// reports false. They may be changed.
func (d *Domain) EachDevice(use func(*Device) bool) {
	v := reflect.ValueOf(&d.Devices).Elem()
	for _, f := range deviceFields() {
		if f.plan == nil || slices.Contains(notDevices, f.name) {
			continue
		}
		fv := at(v, &f)
		if f.list {
			for i := range fv.Len() {
				if !use(&Device{DeviceKind(f.name), fv.Index(i).Addr()}) {
					return
				}
			}
		} else if !fv.IsNil() && !use(&Device{DeviceKind(f.name), fv}) {
			return
		}
	}
}

// find is the first device that match accepts, nil if there is none.
func (d *Domain) find(match func(*Device) bool) (found *Device) {
	d.EachDevice(func(o *Device) bool {
		if match(o) {
			found = o
		}
		return found == nil
	})
	return found
}

// DeviceByAlias is the device of that name, nil if there is none.
func (d *Domain) DeviceByAlias(name string) *Device {
	if name == "" {
		return nil
	}
	return d.find(func(o *Device) bool { return o.Alias() == name })
}

// AddDevice puts a device in its place among those of its kind. Of some kinds
// there can be only one: it reports false if there is one already.
func (d *Domain) AddDevice(dev *Device) bool {
	v := &d.Devices
	switch x := dev.Value().(type) {
	case *Disk:
		v.Disks = insertSorted(v.Disks, *x, func(a, b *Disk) bool { return a.Target.Bus == b.Target.Bus },
			func(a, b *Disk) int { return cmp.Compare(DiskIndex(a.Target.Dev), DiskIndex(b.Target.Dev)) })
		return true
	case *Controller:
		if x.Index != nil {
			d.AddController(*x)
			return true
		}
	}
	for _, f := range deviceFields() {
		if f.name != string(dev.Kind) {
			continue
		}
		fv := at(reflect.ValueOf(v).Elem(), &f)
		switch {
		case f.list:
			fv.Set(reflect.Append(fv, dev.value.Elem()))
		case fv.IsNil():
			fv.Set(dev.value)
		default:
			return false
		}
	}
	return true
}

// RemoveDevice takes out a device that EachDevice or a search has given.
func (d *Domain) RemoveDevice(dev *Device) {
	for _, f := range deviceFields() {
		if f.name != string(dev.Kind) {
			continue
		}
		fv := at(reflect.ValueOf(&d.Devices).Elem(), &f)
		if !f.list {
			fv.SetZero()
			return
		}
		for i := range fv.Len() {
			if fv.Index(i).Addr().Pointer() == dev.value.Pointer() {
				rest := reflect.AppendSlice(fv.Slice(0, i), fv.Slice(i+1, fv.Len()))
				fv.Set(rest)
				return
			}
		}
	}
}
