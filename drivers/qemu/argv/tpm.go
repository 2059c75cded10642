package argv

// tpms are trusted platform modules, of the host or of a process beside the
// emulator.
func (b *builder) tpms() error {
	for i := range b.d.Devices.TPMs {
		t := &b.d.Devices.TPMs[i]
		alias := aliasName(t.Alias)
		if t.Backend == nil {
			continue
		}
		if t.Model == "spapr-tpm-proxy" {
			path := ""
			if t.Backend.Device != nil {
				path = t.Backend.Device.Path
			}
			b.device(props("driver", "spapr-tpm-proxy", "id", alias, "host-path", path), t.Alias)
			continue
		}
		id := "tpm-" + alias
		switch t.Backend.Type {
		case "passthrough":
			path, cancel := "/dev/tpm0", ""
			if t.Backend.Device != nil && t.Backend.Device.Path != "" {
				path = t.Backend.Device.Path
			}
			if fds, ok := b.o.FDSets[alias]; ok && len(fds) == 2 {
				path, cancel = b.namedFD(fds[0], alias+"-tpm"), b.namedFD(fds[1], alias+"-cancel")
			}
			b.arg("-tpmdev", word("passthrough").set("id", id).set("path", path).put("cancel-path", cancel).String())
		case "emulator", "external":
			socket := b.o.TPMSockets[alias]
			if s := t.Backend.Source; socket == "" && t.Backend.Type == "external" && s != nil {
				socket = s.Path
			}
			w := word("socket").set("id", "chrtpm").set("path", socket)
			if socket == "" {
				// A command that is only shown has no process beside it.
				w = word("null").set("id", "chrtpm")
			}
			b.arg("-chardev", w.String())
			b.arg("-tpmdev", word("emulator").set("id", id).set("chardev", "chrtpm").String())
		}
		p := props("driver", t.Model, "tpmdev", id, "id", alias)
		b.deviceAddress(p, &t.DeviceInfo)
		b.device(p, t.Alias)
	}
	return nil
}

// namedFD makes a set of one descriptor.
func (b *builder) namedFD(fd FD, name string) string {
	set := b.sets
	b.sets++
	b.arg("-add-fd", word("set="+itoa(set)).set("fd", itoa(fd.Number)).set("opaque", name).String())
	return "/dev/fdset/" + itoa(set)
}
