package qemupersonality

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxDescriptor is the largest descriptor that is read, in bytes.
const maxDescriptor = 1 << 20

// ReadFirmwares reads the descriptors of firmware in folders, such as
// /usr/share/qemu/firmware. A file in a later folder replaces that of the same
// name in an earlier one, an empty one takes it away. Those that cannot be
// read are left out. Best is first: they are sorted by name.
func ReadFirmwares(dirs ...string) ([]Firmware, error) {
	files := map[string]string{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".json") && !strings.HasPrefix(e.Name(), ".") {
				files[e.Name()] = filepath.Join(dir, e.Name())
			}
		}
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []Firmware
	for _, name := range names {
		if i, err := os.Stat(files[name]); err != nil || i.Size() == 0 || i.Size() > maxDescriptor {
			continue
		}
		b, err := os.ReadFile(files[name])
		if err != nil {
			continue
		}
		if f, ok := parseFirmware(b); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// parseFirmware reads one descriptor; ok is false of what is none.
func parseFirmware(b []byte) (f Firmware, ok bool) {
	var doc struct {
		InterfaceTypes []string `json:"interface-types"`
		Mapping        struct {
			Device, Mode, Filename string
			Executable             struct{ Filename, Format string }
			Template               struct{ Filename, Format string } `json:"nvram-template"`
		}
		Targets []struct {
			Architecture string
			Machines     []string
		}
		Features []string
	}
	if json.Unmarshal(b, &doc) != nil || len(doc.InterfaceTypes) == 0 {
		return f, false
	}
	f = Firmware{Interfaces: doc.InterfaceTypes, Features: doc.Features}
	m := &doc.Mapping
	switch m.Device {
	case "flash":
		f.Flash, f.Mode = true, m.Mode
		if f.Mode == "" {
			f.Mode = "split"
		}
		f.File, f.Template = Image{m.Executable.Filename, m.Executable.Format}, Image{m.Template.Filename, m.Template.Format}
	case "memory":
		f.File = Image{m.Filename, "raw"}
	default:
		return f, false
	}
	for _, t := range doc.Targets {
		arch := t.Architecture
		switch arch {
		case "i386":
			arch = "i686"
		case "arm":
			arch = "armv7l"
		}
		f.Targets = append(f.Targets, FirmwareTarget{arch, t.Machines})
	}
	return f, true
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
