package qemupersonality

import "github.com/govirtd/govirtd/internal/firmware"

// FirmwaresOf are the kinds of firmware that guests find as flash or memory,
// from the host's descriptions in their order.
func FirmwaresOf(list []*firmware.Descriptor) (out []Firmware) {
	for _, d := range list {
		f := Firmware{Interfaces: d.Interfaces, Features: d.Features}
		m := &d.Mapping
		switch m.Device {
		case "flash":
			f.Flash, f.Mode = true, m.Mode
			if f.Mode == "" {
				f.Mode = "split"
			}
			f.File, f.Template = Image{m.Executable.Filename, m.Executable.Format}, Image{m.NVRAMTemplate.Filename, m.NVRAMTemplate.Format}
		case "memory":
			f.File = Image{m.Filename, "raw"}
		default:
			continue
		}
		for _, t := range d.Targets {
			f.Targets = append(f.Targets, FirmwareTarget{firmwareArch(t.Architecture), t.Machines})
		}
		out = append(out, f)
	}
	return out
}

// firmwareArch is libvirt's name of a processor in a description.
func firmwareArch(arch string) string {
	switch arch {
	case "i386":
		return "i686"
	case "arm":
		return "armv7l"
	}
	return arch
}

// KnownFirmwares are the files of distributions that had no descriptors, with
// what their variables begin with.
func KnownFirmwares() map[string]string {
	return map[string]string{
		"/usr/share/OVMF/OVMF_CODE.fd":         "/usr/share/OVMF/OVMF_VARS.fd",
		"/usr/share/OVMF/OVMF_CODE.secboot.fd": "/usr/share/OVMF/OVMF_VARS.fd",
		"/usr/share/AAVMF/AAVMF_CODE.fd":       "/usr/share/AAVMF/AAVMF_VARS.fd",
		"/usr/share/AAVMF/AAVMF32_CODE.fd":     "/usr/share/AAVMF/AAVMF32_VARS.fd",
	}
}
