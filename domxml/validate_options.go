package domxml

import (
	"math/bits"
	"net/netip"
	"slices"
	"strings"
)

// maxPCIIndex is that of the last PCI controller.
const maxPCIIndex = 255

// validateOptions refuses what only other controllers have.
func (c *Controller) validateOptions() error {
	if c.Type == ControllerPCI && c.index() > maxPCIIndex {
		return errUnsupported("PCI controller index %d too high, maximum is %d", c.index(), maxPCIIndex)
	}
	v := c.Driver
	if v == nil {
		return nil
	}
	virtio := c.Type == ControllerSCSI && (strings.HasPrefix(c.Model, "virtio") || c.Model == "")
	switch {
	case v.IOThread != 0 && !virtio:
		return errXML("'iothread' attribute only supported for virtio scsi controllers")
	case v.IOThread != 0 && len(v.IOThreads) > 0:
		return errXML("controller driver 'iothread' attribute can't be used together with 'iothreads' subelement")
	case len(v.IOThreads) > 0 && !virtio:
		return errUnsupported("iothreads are supported only by 'virtio-scsi' controllers")
	}
	return nil
}

// validateChardevs checks what is about one kind of port.
func (d *Domain) validateChardevs() error {
	v := &d.Devices
	for i := range v.Channels {
		if t := v.Channels[i].Target; t != nil && t.Type == "guestfwd" {
			if a, err := netip.ParseAddr(t.Address); err == nil && !a.Is4() {
				return errUnsupported("guestfwd channel only supports IPv4 addresses")
			}
		}
	}
	for i := range v.Smartcards {
		if a := v.Smartcards[i].Address; a != nil && a.Type != AddressCCID {
			return errUnsupported("Controllers must use the 'ccid' address type")
		}
	}
	return nil
}

// validateInputs refuses models of buses that have none.
func (d *Domain) validateInputs() error {
	for i := range d.Devices.Inputs {
		n := &d.Devices.Inputs[i]
		if err := d.checkInput(n); err != nil {
			return err
		}
		switch {
		case n.Bus == "ps2" && d.Features.PS2 != nil && d.Features.PS2.State == Off:
			return errUnsupported("ps2 bus inputs require the ps2 feature not to be disabled")
		case n.Type == "passthrough" && n.Bus != "virtio":
			return errUnsupported("only bus 'virtio' is supported for 'passthrough' input devices")
		case n.Type == "evdev" && n.Bus != "":
			return errUnsupported("input evdev doesn't support bus element")
		case n.Model != "" && n.Bus != "virtio":
			return errUnsupported("only bus 'virtio' is supported for input model '%s'", n.Model)
		}
	}
	return nil
}

// validateGraphics checks the screens, and that sound goes somewhere.
func (d *Domain) validateGraphics() error {
	v := &d.Devices
	for i := range v.Graphics {
		g := &v.Graphics[i]
		if g.Type == "vnc" && g.Connected != "" && g.Connected != "keep" {
			return errUnsupported("VNC supports connected='keep' only")
		}
		if g.Type == "dbus" && g.P2P == Yes && g.Address != "" {
			return errXML("D-Bus p2p with an address is not supported")
		}
		if err := d.validateAudioUse(g.Audio); err != nil {
			return err
		}
	}
	for i := range v.Sounds {
		if err := d.validateAudioUse(v.Sounds[i].Audio); err != nil {
			return err
		}
	}
	for i := range v.Audios {
		if slices.ContainsFunc(v.Audios[:i], func(a Audio) bool { return a.ID == v.Audios[i].ID }) {
			return errXML("audio ID %d is used multiple times", v.Audios[i].ID)
		}
	}
	return nil
}

func (d *Domain) validateAudioUse(a *DeviceAudio) error {
	if a == nil || slices.ContainsFunc(d.Devices.Audios, func(b Audio) bool { return b.ID == a.ID }) {
		return nil
	}
	return errXML("no audio device with ID %d", a.ID)
}

// validateScreens checks the cards one by one.
func (d *Domain) validateScreens() error {
	primary := 0
	for i := range d.Devices.Videos {
		v := &d.Devices.Videos[i]
		if v.Model == nil {
			continue
		}
		if v.Model.Primary == Yes {
			primary++
		}
		if v.Model.Type == "virtio" {
			continue
		}
		if v.Model.Blob == On {
			return errUnsupported("video type '%s' does not support blob resources", v.Model.Type)
		}
		if v.Driver != nil {
			if err := v.Driver.validateAbsent(); err != nil {
				return err
			}
		}
	}
	if primary > 1 {
		return errUnsupported("Only one primary video device is supported")
	}
	return nil
}

// validatePanics wants one of each model.
func (d *Domain) validatePanics() error {
	for i, p := range d.Devices.Panics {
		for _, o := range d.Devices.Panics[:i] {
			if o.Model == p.Model {
				return errXML("Multiple panic devices with model '%s'", p.Model)
			}
		}
	}
	return nil
}

// validateSmall checks devices that have little to check.
func (d *Domain) validateSmall() error {
	v := &d.Devices
	if err := d.IDMap.validate(); err != nil {
		return err
	}
	for i := range v.TPMs {
		if b := v.TPMs[i].Backend; b != nil && b.ActivePCRBanks != nil && b.Version != "" && b.Version != "2.0" {
			return errXML("<active_pcr_banks/> requires TPM version '2.0'")
		}
	}
	if p := v.PStore; p != nil && p.Size != nil && (p.Size.Value < 4 || bits.OnesCount64(p.Size.Value) != 1) {
		return errXML("invalid size of ACPI ERST pstore device")
	}
	for i := range v.Filesystems {
		f := &v.Filesystems[i]
		if err := f.IDMap.validate(); err != nil {
			return err
		}
		if f.Boot != nil && (f.Driver == nil || f.Driver.Type != "virtiofs") {
			return errUnsupported("boot order is only supported for virtiofs")
		}
	}
	for i := range v.Interfaces {
		n := &v.Interfaces[i]
		if len(n.PortForwards) > 0 && !n.isPasst() {
			return errUnsupported("The <portForward> element can only be used with the 'passt' backend of interface type='user' or type='vhostuser'")
		}
		if n.Port != nil && n.Port.Isolated == Yes && n.Type != "bridge" && n.Type != "network" {
			return errUnsupported("interface %s - <port isolated='yes'/> is not supported for network interfaces with type='%s'", n.MAC.Address, n.Type)
		}
	}
	return nil
}

// validateAliases wants names to be there once.
func (d *Domain) validateAliases() (err error) {
	seen := map[string]bool{}
	d.EachDevice(func(o *Device) bool {
		name := o.Alias()
		if c, ok := o.Value().(*Chardev); ok && o.Kind == "console" && c.Target != nil && c.Target.Type == "serial" {
			name = "" // the serial port has it, too
		}
		if name == "" {
			return true
		}
		if seen[name] {
			err = errUnsupported("non unique alias detected: %s", name)
		}
		seen[name] = true
		return err == nil
	})
	return err
}

// validateThreads wants pools that are not larger than they may be.
func (d *Domain) validateThreads() error {
	check := func(low, high *int) error {
		if low != nil && high != nil && *low > *high {
			return errUnsupported("thread_pool_min must be smaller or equal to thread_pool_max")
		}
		return nil
	}
	for _, t := range d.IOThreadIDs {
		if err := check(t.ThreadPoolMin, t.ThreadPoolMax); err != nil {
			return err
		}
	}
	if t := d.DefaultIOThread; t != nil {
		return check(t.ThreadPoolMin, t.ThreadPoolMax)
	}
	return nil
}
