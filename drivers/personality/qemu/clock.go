package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeClock has nothing to add: a clock is complete as it is read.
func (d *definition) completeClock() error { return nil }

// validateTimers refuses timers, and ways to catch up, that QEMU does not have.
func (d *definition) validateTimers() error {
	for i := range d.Clock.Timers {
		if err := d.validateTimer(&d.Clock.Timers[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *definition) validateTimer(t *domxml.Timer) error {
	switch t.Name {
	case "platform":
		return errUnsupported("unsupported timer type (name) '%s'", t.Name)
	case "tsc", "kvmclock", "hypervclock":
		if !d.isX86() && t.Present != "" {
			return errUnsupported("Configuring the '%s' timer is not supported for virtType=%s arch=%s machine=%s guests", t.Name, d.Type, d.OS.Type.Arch, d.OS.Type.Machine)
		}
	case "rtc":
		switch t.Track {
		case "", "guest", "wall", "realtime":
		default:
			return errUnsupported("unsupported rtc timer track '%s'", t.Track)
		}
		switch t.TickPolicy {
		case "", "delay", "catchup":
		default:
			return errUnsupported("unsupported rtc timer tickpolicy '%s'", t.TickPolicy)
		}
	case "pit":
		if t.TickPolicy == "merge" {
			return errUnsupported("unsupported pit tickpolicy '%s'", t.TickPolicy)
		}
	case "armvtimer":
		if d.Type != "kvm" || !d.isARMVirt() || d.OS.Type.Arch != "aarch64" {
			return errUnsupported("Configuring the '%s' timer is not supported for virtType=%s arch=%s machine=%s guests", t.Name, d.Type, d.OS.Type.Arch, d.OS.Type.Machine)
		}
	}
	return nil
}
