package domxml

// ValidateFirmware refuses what a kind of firmware cannot have. It is a part of
// Validate, for drivers that look for firmware before.
func (d *Domain) ValidateFirmware() error {
	o := &d.OS
	l, v := o.Loader, o.NVRAM
	switch {
	case o.Firmware == "" && (l != nil || v != nil) && (l == nil || l.Path == ""):
		return errDetail("no loader path specified and firmware auto selection disabled")
	case o.Firmware == "bios" && v != nil:
		return errDetail("firmware type 'bios' does not support nvram")
	}
	on := map[string]YesNo{}
	for _, f := range o.Features {
		on[f.Name] = f.Enabled
	}
	if on["enrolled-keys"] == Yes && on["secure-boot"] == No {
		return errDetail("firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled")
	}
	if l == nil {
		return nil
	}
	if l.Stateless == Yes && v != nil {
		if v.Template != "" {
			return errDetail("NVRAM template is not permitted when loader is stateless")
		}
		return errDetail("NVRAM is not permitted when loader is stateless")
	}
	if l.Stateless == No && o.Firmware == "" && l.Type != "pflash" {
		return errDetail("Only pflash loader type permits NVRAM")
	}
	if l.Stateless == No && o.Firmware == "bios" {
		return errDetail("Only EFI firmware permits NVRAM")
	}
	return nil
}

// validateSysInfo wants the identifier in the firmware's tables to be the
// domain's.
func (d *Domain) validateSysInfo() error {
	u, ok, err := d.sysInfoUUID()
	if err == nil && ok && u != d.UUID {
		err = errDetail("UUID mismatch between <uuid> and <sysinfo>")
	}
	return err
}

// sysInfoUUID is the identifier in the firmware's tables, if there is one.
func (d *Domain) sysInfoUUID() (u UUID, ok bool, err error) {
	for i := range d.SysInfo {
		for _, e := range d.SysInfo[i].System {
			if e.Name != "uuid" {
				continue
			}
			if u, ok = ParseUUID(e.Value); !ok {
				err = errDetail("malformed <sysinfo> uuid element")
			}
			return u, ok, err
		}
	}
	return u, false, nil
}
