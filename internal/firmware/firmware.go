// Package firmware reads the descriptions of firmware that distributors
// install for virtual machines: JSON files in QEMU's interchange format
// (docs/interop/firmware.json there).
package firmware

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Descriptor is one kind of firmware.
type Descriptor struct {
	Description string `json:"description"`
	// Interfaces are uefi, bios, openfirmware, uboot.
	Interfaces []string `json:"interface-types"`
	Mapping    Mapping  `json:"mapping"`
	Targets    []Target `json:"targets"`
	// Features are secure-boot, enrolled-keys, requires-smm, amd-sev ...
	Features []string `json:"features"`
	Tags     []string `json:"tags"`
	// File is where the description stands.
	File string `json:"-"`
}

// Mapping says how the firmware gets into the machine.
type Mapping struct {
	// Device is flash, memory or kernel.
	Device string `json:"device"`
	// Mode of flash is split (code and variables apart), combined or stateless;
	// empty means split.
	Mode       string `json:"mode"`
	Executable Image  `json:"executable"`
	// NVRAMTemplate is what the variables of a guest begin with.
	NVRAMTemplate Image `json:"nvram-template"`
	// Filename is the image of memory and kernel.
	Filename string `json:"filename"`
}

// Image is a file with its format: raw, qcow2.
type Image struct {
	Filename string `json:"filename"`
	Format   string `json:"format"`
}

// Target is an architecture with patterns of machines (pc-q35-*).
type Target struct {
	Architecture string   `json:"architecture"`
	Machines     []string `json:"machines"`
}

// Dirs are the folders, the most important first: the administrator's files
// replace the distributor's of the same name.
var Dirs = []string{"etc/qemu/firmware", "usr/share/qemu/firmware"}

const (
	maxFile  = 64 << 10
	maxFiles = 1000
)

// Load reads the descriptions below a root, in their order of preference: by
// the names of their files. An empty file hides those of its name in later
// folders. What is no description is left out; the errors say why.
func Load(root fs.FS, dirs []string) ([]*Descriptor, error) {
	files := map[string]string{} // by name
	var failed []error
	for _, dir := range dirs {
		entries, err := fs.ReadDir(root, dir)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				failed = append(failed, err)
			}
			continue
		}
		for _, e := range entries {
			name := e.Name()
			if _, ok := files[name]; !ok && !strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".json") && len(files) < maxFiles {
				files[name] = path.Join(dir, name)
			}
		}
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []*Descriptor
	for _, name := range names {
		d, err := read(root, files[name])
		if err != nil {
			failed = append(failed, err)
		} else if d != nil {
			out = append(out, d)
		}
	}
	return out, errors.Join(failed...)
}

// read gives nil for an empty file.
func read(root fs.FS, name string) (*Descriptor, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil || len(text) == 0 {
		return nil, err
	}
	d := &Descriptor{File: "/" + name}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, &fs.PathError{Op: "read firmware", Path: "/" + name, Err: err}
	}
	if d.Image() == "" || len(d.Interfaces) == 0 {
		return nil, &fs.PathError{Op: "read firmware", Path: "/" + name, Err: errors.New("says neither where the firmware is nor what it is")}
	}
	return d, nil
}

// Image is the file with the firmware's code.
func (d *Descriptor) Image() string {
	if d.Mapping.Device == "flash" {
		return d.Mapping.Executable.Filename
	}
	return d.Mapping.Filename
}

// Fits reports whether machines of that canonical name (pc-q35-10.0) and of
// that architecture, in QEMU's words (i386), can have the firmware.
func (d *Descriptor) Fits(target, machine string) bool {
	for _, t := range d.Targets {
		if t.Architecture != target {
			continue
		}
		for _, pattern := range t.Machines {
			if ok, err := path.Match(pattern, machine); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// Has reports whether the firmware has a feature.
func (d *Descriptor) Has(feature string) bool { return slices.Contains(d.Features, feature) }

// Is reports whether the firmware has an interface (uefi).
func (d *Descriptor) Is(kind string) bool { return slices.Contains(d.Interfaces, kind) }
