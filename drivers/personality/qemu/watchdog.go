package qemupersonality

// completeWatchdogs has nothing to add: that of the chipset came with it.
func (d *definition) completeWatchdogs() error { return nil }

// validateWatchdogs knows which machine can have which, and that QEMU does the
// same for all.
func (d *definition) validateWatchdogs() error {
	list := d.Devices.Watchdogs
	n := map[string]int{}
	for i, w := range list {
		if n[w.Model]++; n[w.Model] > 1 && w.Model != "i6300esb" {
			return errUnsupported("domain can only have one watchdog with model '%s'", w.Model)
		}
		if i > 0 && w.Action != list[0].Action {
			return errUnsupported("watchdogs with different actions are not supported with this QEMU binary")
		}
	}
	for _, w := range list {
		switch w.Model {
		case "ib700":
			switch {
			case !d.isI440FX() && !d.isISAPC():
				return errUnsupported("ib700 model of watchdog cannot be used with this machine type")
			case w.Address != nil:
				return errUnsupported("ib700 model of watchdog does not support configuring the address")
			}
		case "itco":
			if !d.isQ35() {
				return errUnsupported("itco model of watchdog is only part of q35 machine")
			}
		case "diag288":
			if !d.isS390() {
				return errUnsupported("diag288 model of watchdog is allowed for s390 and s390x only")
			}
		}
	}
	return nil
}
