package domxml

import "slices"

var (
	inputTypes = []string{"mouse", "tablet", "keyboard", "passthrough", "evdev"}
	inputBuses = []string{"default", "ps2", "usb", "xen", "parallels", "virtio", "none"}
)

// parseNode has the words of the reference for each thing that is wrong.
func (i *Input) parseNode(d *decoder, n node) error {
	kind, bus := attrOf(n, "type"), attrOf(n, "bus")
	if kind == "" {
		return errInternal("missing input device type")
	}
	if !slices.Contains(inputTypes, kind) {
		return errUnsupported("unknown input device type '%s'", kind)
	}
	if bus != "" && !slices.Contains(inputBuses, bus) {
		return errUnsupported("unknown input bus type '%s'", bus)
	}
	if err := d.plain(n, i); err != nil {
		return err
	}
	if i.Bus == "default" {
		i.Bus = ""
	}
	return nil
}

// completeInputs gives each device the bus that its kind has.
func (d *Domain) completeInputs() {
	for k := range d.Devices.Inputs {
		i := &d.Devices.Inputs[k]
		switch i.Bus {
		case "":
			i.Bus = d.inputBus(i.Type)
		case "none":
			i.Bus = ""
		}
	}
}

func (d *Domain) inputBus(kind string) string {
	switch {
	case kind == "evdev":
		return ""
	case kind == "passthrough":
		return "virtio"
	case d.OS.Type.Value == "xen" || d.OS.Type.Value == "linux":
		return "xen"
	case d.Type == "parallels" || d.Type == "vz":
		return "parallels"
	case kind != "tablet" && d.isX86():
		return "ps2"
	}
	return "usb"
}

// isX86 says whether the guest is a PC; so is one that does not say.
func (d *Domain) isX86() bool {
	switch d.OS.Type.Arch {
	case "", "i686", "x86_64":
		return true
	}
	return false
}

func (d *Domain) checkInput(i *Input) error {
	if d.OS.Type.Value != "hvm" {
		return nil
	}
	if i.Bus == "ps2" && i.Type != "mouse" && i.Type != "keyboard" {
		return errInternal("ps2 bus does not support %s input device", i.Type)
	}
	if i.Bus == "xen" {
		return errInternal("unsupported input bus %s", i.Bus)
	}
	return nil
}
