package domxml

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// CompleteDevice adds what libvirt adds to a device that comes by itself, and
// refuses what it does not take in a domain like d.
func (d *Domain) CompleteDevice(dev *Device) error {
	switch x := dev.Value().(type) {
	case *Disk:
		if err := x.complete(); err != nil {
			return err
		}
		if x.Target.Bus == DiskBusVirtio && DiskIndex(x.Target.Dev) < 0 && x.Address == nil {
			return errXML("Unknown disk name '%s' and no address specified", x.Target.Dev)
		}
		return x.validate()
	case *Interface:
		d.completeCard(x)
	case *MemoryDev:
		return d.checkMemoryNode(x)
	case *RedirDev:
		if !d.hasUSB() {
			return errUnsupported("cannot add redirected USB device: USB is disabled for this domain")
		}
	}
	return nil
}

// completeCard gives a card an address that no other card has.
func (d *Domain) completeCard(c *Interface) {
	n := uint64(len(d.Devices.Interfaces))
	d.completeVirtualPort(c.VirtualPort, n)
	if c.MAC == nil {
		c.MAC = &InterfaceMAC{}
	}
	for ; c.MAC.Address == (MAC{}); n++ {
		m := d.deriveMAC(n)
		if !slices.ContainsFunc(d.Devices.Interfaces, func(o Interface) bool { return o.MAC != nil && o.MAC.Address == m }) {
			c.MAC.Address = m
		}
	}
}

// checkMemoryNode wants the NUMA cell that memory is for.
func (d *Domain) checkMemoryNode(m *MemoryDev) error {
	if m.Target == nil || m.Target.Node == nil {
		return nil
	}
	cells := 0
	if d.CPU != nil && d.CPU.NUMA != nil {
		cells = len(d.CPU.NUMA.Cells)
	}
	switch n := *m.Target.Node; {
	case cells == 0:
		return errDetail("can't add memory backend as guest has no NUMA nodes configured")
	case n >= uint(cells):
		return errDetail("can't add memory backend for guest node '%d' as the guest has only '%d' NUMA nodes configured", n, cells)
	}
	return nil
}

func (d *Domain) hasUSB() bool {
	return slices.ContainsFunc(d.Devices.Controllers, func(c Controller) bool { return c.Type == ControllerUSB && c.Model != "none" })
}

// CheckDevice refuses a device that does not go together with what is there;
// added says that it comes in addition.
func (d *Domain) CheckDevice(dev *Device, added bool) error {
	if b := dev.boot(); b != nil {
		if len(d.OS.Boot) > 0 {
			return errUnsupported("per-device boot elements cannot be used together with os/boot elements")
		}
		taken := d.eachBoot(func(o *Boot) error {
			if o.Order == b.Order {
				return errUnsupported("boot order %d is already used by another device", b.Order)
			}
			return nil
		})
		if taken != nil && added {
			return taken
		}
	}
	if !added {
		return nil
	}
	if a := dev.Alias(); a != "" && d.DeviceByAlias(a) != nil {
		return errUnsupported("non unique alias detected: %s", a)
	}
	if dev.usesUSB() && !d.hasUSB() {
		return errUnsupported("Device configuration is not compatible: Domain has no USB bus support")
	}
	if dev.Kind == DeviceMemory && d.MaxMemory == nil {
		return errUnsupported("cannot use/hotplug a memory device when domain 'maxMemory' is not defined")
	}
	return nil
}

// usesUSB says whether the device sits on a USB bus.
func (d *Device) usesUSB() bool {
	switch x := d.Value().(type) {
	case *Disk:
		return x.Target.Bus == DiskBusUSB
	case *Input:
		return x.Bus == "usb"
	case *Hub:
		return x.Type == "usb"
	case *Hostdev:
		return x.Mode == "subsystem" && x.Type == "usb"
	}
	return false
}

// CheckTarget refuses a second disk of a target.
func (d *Domain) CheckTarget(k *Disk) error {
	o := d.DiskByTarget(k.Target.Dev)
	if o == nil {
		return nil
	}
	source := func(k *Disk) string {
		if k.Source == nil || k.Source.name() == "(null)" {
			return "<null>"
		}
		return k.Source.name()
	}
	return errXML("target '%s' duplicated for disk sources '%s' and '%s'", k.Target.Dev, source(o), source(k))
}

// ChangeMedium puts what is in another drive into this one.
func (k *Disk) ChangeMedium(o *Disk) {
	format := ""
	if o.Driver != nil {
		format = o.Driver.Type
	}
	k.Type, k.Source, k.BackingStore, k.Encryption, k.Auth = o.Type, o.Source, o.BackingStore, o.Encryption, o.Auth
	if k.Driver == nil && format != "" {
		k.Driver = &DiskDriver{}
	}
	if k.Driver != nil {
		k.Driver.Type = format
	}
}

// aliasPrefixes begin the names of devices, which a number ends.
var aliasPrefixes = map[DeviceKind]string{
	DeviceInterface: "net", DeviceInput: "input", DeviceHub: "hub", DeviceRedirDev: "redir", DeviceMemory: "dimm",
	DeviceSerial: "serial", DeviceParallel: "parallel", DeviceConsole: "console", DeviceChannel: "channel",
	DeviceMemballoon: "balloon", "filesystem": "fs", "smartcard": "smartcard", "tpm": "tpm", "sound": "sound",
	"video": "video", "watchdog": "watchdog", "rng": "rng", "panic": "panic", "shmem": "shmem", "crypto": "crypto",
	"iommu": "iommu", "vsock": "vsock",
}

// AssignAlias gives a device that comes to a running guest a name, unless the
// document has chosen one. Devices of the host get none.
func (d *Domain) AssignAlias(dev *Device) {
	if dev.Alias() != "" {
		return
	}
	switch x := dev.Value().(type) {
	case *Disk:
		if n := DiskIndex(x.Target.Dev); n >= 0 {
			dev.SetAlias(fmt.Sprintf("%s-disk%d", x.Target.Bus, n))
		}
		return
	case *Controller:
		if x.Index != nil {
			dev.SetAlias(fmt.Sprintf("%s%d", x.Type, *x.Index))
		}
		return
	}
	prefix := aliasPrefixes[dev.Kind]
	if prefix == "" {
		return
	}
	next := 0
	d.EachDevice(func(o *Device) bool {
		if number, ok := strings.CutPrefix(o.Alias(), prefix); ok {
			if n, err := strconv.Atoi(number); err == nil && n >= next {
				next = n + 1
			}
		}
		return true
	})
	dev.SetAlias(prefix + strconv.Itoa(next))
}

// MatchDevice is the device of the domain that a document means: disks by
// target, cards by address, controllers by number, devices of the host by what
// they are, others by everything but their name. It is nil if there is none.
func (d *Domain) MatchDevice(dev *Device) *Device {
	if a := dev.Alias(); a != "" {
		if o := d.DeviceByAlias(a); o != nil && o.Kind == dev.Kind {
			return o
		}
	}
	return d.find(func(o *Device) bool { return o.Kind == dev.Kind && o.same(dev) })
}

func (d *Device) same(o *Device) bool {
	switch x := d.Value().(type) {
	case *Disk:
		return x.Target.Dev == o.Disk().Target.Dev
	case *Interface:
		return x.MAC != nil && o.Interface().MAC != nil && x.MAC.Address == o.Interface().MAC.Address
	case *Controller:
		y := o.Value().(*Controller)
		return x.Type == y.Type && x.index() == max(y.index(), 0)
	case *Hostdev:
		y := o.Hostdev()
		return x.Mode == y.Mode && x.Type == y.Type && reflect.DeepEqual(x.Source, y.Source)
	}
	bare := func(d *Device) string {
		d = d.Clone()
		for _, name := range []string{"Alias", "Address"} {
			if f := d.value.Elem().FieldByName(name); f.IsValid() && f.CanSet() && f.Kind() == reflect.Pointer {
				f.SetZero()
			}
		}
		return string(FormatDevice(d, FormatInactive|FormatSecure))
	}
	return bare(d) == bare(o)
}
