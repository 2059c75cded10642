package domxml

import "slices"

func (d *Domain) validateDisks() error {
	disks := d.Devices.Disks
	for i := range disks {
		if err := disks[i].validate(); err != nil {
			return err
		}
	}
	seen := make(map[string]int, len(disks))
	for i := range disks {
		k := &disks[i]
		if j, ok := seen[k.Target.Dev]; ok {
			return errXML("target '%s' duplicated for disk sources '%s' and '%s'", k.Target.Dev, disks[j].sourceName(), k.sourceName())
		}
		seen[k.Target.Dev] = i
	}
	return d.validateThrottles()
}

func (k *Disk) validate() error {
	if err := k.validateSources(); err != nil {
		return err
	}
	if err := k.validateLUN(); err != nil {
		return err
	}
	if err := k.validateAddress(); err != nil {
		return err
	}
	if len(k.Vendor) > 8 {
		return errUnsupported("disk vendor is more than 8 characters")
	}
	if len(k.Product) > 16 && k.Target.Bus == DiskBusSCSI {
		return errUnsupported("disk product is more than 16 characters")
	}
	if err := k.validateBus(); err != nil {
		return err
	}
	if err := k.validateVhostUser(); err != nil {
		return err
	}
	if err := k.validateOptions(); err != nil {
		return err
	}
	if k.Target.Removable != "" && (k.Target.Bus != DiskBusUSB && k.Target.Bus != DiskBusSCSI || k.Device != "disk") {
		return errXML("removable is only valid for usb or scsi disks")
	}
	return nil
}

// validateSources looks at the image, and at those below it.
func (k *Disk) validateSources() error {
	format := ""
	if k.Driver != nil {
		format = k.Driver.Type
	}
	source := k.Source
	if source == nil {
		source = &DiskSource{}
	}
	if err := source.validate(format, []*Auth{k.Auth, source.Auth}, []*DiskEncryption{k.Encryption, source.Encryption}); err != nil {
		return err
	}
	for b := k.BackingStore; b != nil; b = b.Store {
		if b.Source == nil {
			continue
		}
		format := ""
		if b.Format != nil {
			format = b.Format.Type
		}
		if err := b.Source.validate(format, []*Auth{b.Source.Auth}, []*DiskEncryption{b.Source.Encryption}); err != nil {
			return err
		}
	}
	return nil
}

// validate looks at one image of a format. What one needs to get at it may
// stand beside the source instead.
func (s *DiskSource) validate(format string, auths []*Auth, encryptions []*DiskEncryption) error {
	if s.Protocol == "sheepdog" {
		return errUnsupported("'sheepdog' protocol is no longer supported by any hypervisor driver")
	}
	for _, a := range auths {
		if a != nil && s.Protocol != "" {
			if err := a.validate(s.Protocol); err != nil {
				return err
			}
		}
	}
	for _, e := range encryptions {
		if e != nil && e.Format == "luks" && e.Cipher != nil {
			return errUnsupported("supplying <cipher> for domain disk definition is unnecessary")
		}
	}
	if s.DataStore != nil && format != "qcow2" {
		return errUnsupported("<dataStore> feature available only with qcow2 images")
	}
	return nil
}

// validateLUN wants a device that commands can be passed through to.
func (k *Disk) validateLUN() error {
	if k.Device != "lun" {
		return nil
	}
	switch k.Type {
	case DiskBlock, DiskVolume:
		return nil
	case DiskNetwork:
		if k.protocol() == "iscsi" {
			return nil
		}
		return errUnsupported("disk device='lun' is not supported for protocol='%s'", k.protocol())
	}
	return errUnsupported("disk device='lun' is only valid for block type disk source")
}

// validateAddress wants the address to be one of the bus.
func (k *Disk) validateAddress() error {
	driven := []DiskBus{DiskBusIDE, DiskBusFDC, DiskBusSCSI, DiskBusSATA}
	if a := k.Address; a != nil && a.Type != AddressDrive && slices.Contains(driven, k.Target.Bus) {
		return errUnsupported("Invalid address type '%s' for the disk '%s' with the bus type '%s'", a.Type, k.Target.Dev, k.Target.Bus)
	}
	return nil
}

func (k *Disk) protocol() string {
	if k.Source == nil {
		return ""
	}
	return k.Source.Protocol
}

// secretTypes are what a protocol's secrets are for: "" is anything. Others
// know no secrets.
var secretTypes = map[string]string{"iscsi": "iscsi", "rbd": "ceph", "http": "", "https": "", "ftp": "", "ftps": "", "ssh": ""}

// validate wants the secret to be one for the protocol.
func (a *Auth) validate(protocol string) error {
	want, ok := secretTypes[protocol]
	if !ok {
		return errUnsupported("authentication is not supported for protocol '%s'", protocol)
	}
	kind := a.Secret.Type
	if kind == "" {
		return errUnsupported("unknown secret type '<null>'")
	}
	if !slices.Contains([]string{"none", "volume", "ceph", "iscsi", "tls", "vtpm"}, kind) {
		return errUnsupported("unknown secret type '%s'", kind)
	}
	if want != "" && kind != want {
		return errUnsupported("invalid secret type '%s'", kind)
	}
	return nil
}

// sourceName is what error texts call a disk's source.
func (k *Disk) sourceName() string {
	if k.Source == nil {
		return "(null)"
	}
	return k.Source.name()
}
