package argv

// name is what the host's lists of processes show. Guests are started
// stopped; the monitor lets them run.
func (b *builder) name() error {
	b.arg("-name", word("guest="+b.d.Name).set("debug-threads", "on").String())
	if c := b.d.QEMUDeprecation; c != nil {
		if err := b.compat(c.Behavior); err != nil {
			return err
		}
	}
	b.arg("-S")
	return nil
}

// compat says what happens when deprecated parts of the interface are used.
func (b *builder) compat(behavior string) error {
	input := map[string]string{"omit": "", "reject": "reject", "crash": "crash", "none": "-"}
	in, ok := input[behavior]
	switch {
	case !ok:
		return errInternal("unsupported deprecation behavior '%s' for VM '%s'", behavior, b.d.Name)
	case in == "-":
		return nil
	}
	b.arg("-compat", props("deprecated-output", "hide").put("deprecated-input", in).String())
	return nil
}

// identity is the guest's UUID.
func (b *builder) identity() error {
	b.arg("-uuid", b.d.UUID.String())
	return nil
}

// genid tells a guest that it was put back to an earlier state.
func (b *builder) genid() error {
	if g := b.d.GenID; g != nil {
		b.device(props("driver", "vmgenid", "guid", g.UUID.String(), "id", "vmgenid0"), nil)
	}
	return nil
}

// display switches the emulator's own window off.
func (b *builder) display() error {
	if len(b.d.Devices.Graphics) == 0 {
		b.arg("-display", "none")
	}
	b.arg("-no-user-config", "-nodefaults")
	return nil
}

// monitor is where the daemon talks to the emulator.
func (b *builder) monitor() error {
	w := word("socket").set("id", "charmonitor")
	if b.o.MonitorFD != 0 {
		w.set("fd", itoa(b.o.MonitorFD))
	} else {
		w.set("path", b.o.Lib+"/monitor.sock")
	}
	b.arg("-chardev", w.set("server", "on").set("wait", "off").String())
	b.arg("-mon", "chardev=charmonitor,id=monitor,mode=control")
	return nil
}

// incoming lets the guest come from a file or another host.
func (b *builder) incoming() error {
	if b.o.Incoming != "" {
		b.arg("-incoming", b.o.Incoming)
	}
	return nil
}

// commandline adds the words of the document itself.
func (b *builder) commandline() error {
	if c := b.d.QEMUCommandline; c != nil {
		for _, a := range c.Args {
			if a.Value != nil {
				b.arg(*a.Value)
			}
		}
	}
	return nil
}

// sandbox forbids system calls that an emulator does not need once it runs.
func (b *builder) sandbox() error {
	if !b.o.NoSandbox {
		b.arg("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
	}
	return nil
}

// messages puts the time before what the emulator writes to its log.
func (b *builder) messages() error {
	if !b.o.NoTimestamps {
		b.arg("-msg", "timestamp=on")
	}
	return nil
}
