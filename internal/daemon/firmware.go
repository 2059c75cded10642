package daemon

import (
	"os"

	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/internal/firmware"
)

// knownFirmwares are builds of UEFI that may stand on a host without a
// descriptor, with what their variables begin with.
var knownFirmwares = map[string]string{
	"/usr/share/AAVMF/AAVMF_CODE.fd":       "/usr/share/AAVMF/AAVMF_VARS.fd",
	"/usr/share/AAVMF/AAVMF32_CODE.fd":     "/usr/share/AAVMF/AAVMF32_VARS.fd",
	"/usr/share/OVMF/OVMF_CODE.fd":         "/usr/share/OVMF/OVMF_VARS.fd",
	"/usr/share/OVMF/OVMF_CODE.secboot.fd": "/usr/share/OVMF/OVMF_VARS.fd",
}

// firmwares are the kinds of firmware that the host describes, best first.
func (q *qemuHost) firmwares() (list []qemupersonality.Firmware) {
	found, err := firmware.Load(os.DirFS("/"), firmware.Dirs)
	if err != nil {
		q.log().Warn("some descriptions of firmware are left out", "error", err)
	}
	for _, d := range found {
		f := qemupersonality.Firmware{
			Interfaces: d.Interfaces, Features: d.Features, Mode: d.Mapping.Mode, Flash: d.Mapping.Device == "flash",
			File:     qemupersonality.Image{Path: d.Mapping.Executable.Filename, Format: d.Mapping.Executable.Format},
			Template: qemupersonality.Image{Path: d.Mapping.NVRAMTemplate.Filename, Format: d.Mapping.NVRAMTemplate.Format},
		}
		if !f.Flash {
			f.File = qemupersonality.Image{Path: d.Mapping.Filename}
		} else if f.Mode == "" {
			f.Mode = "split"
		}
		for _, t := range d.Targets {
			f.Targets = append(f.Targets, qemupersonality.FirmwareTarget{Arch: t.Architecture, Machines: t.Machines})
		}
		list = append(list, f)
	}
	return list
}
