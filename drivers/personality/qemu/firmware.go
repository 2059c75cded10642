package qemupersonality

import (
	"cmp"
	"path"
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Firmware is one kind of firmware of the host, as its descriptor says.
type Firmware struct {
	// Interfaces are what guests find: uefi, bios.
	Interfaces []string
	// Flash says that it is the content of a flash chip, otherwise of memory.
	Flash bool
	// Mode is how a flash chip is used: split has variables in another file,
	// combined in the same, stateless none.
	Mode string
	// File is the firmware, Template what variables begin with.
	File, Template Image
	Targets        []FirmwareTarget
	Features       []string
}

// Image is a file and its format: raw or qcow2.
type Image struct{ Path, Format string }

// FirmwareTarget are machines that a firmware is for: names with * for any
// text.
type FirmwareTarget struct {
	Arch     string
	Machines []string
}

func (f *Firmware) has(feature string) bool { return slices.Contains(f.Features, feature) }

// settleFirmware is what has to be looked at before a loader without a type is
// taken for a ROM, which has a format then.
func settleFirmware(o *domxml.OS) error {
	if o.Firmware != "" {
		return nil
	}
	if len(o.Features) > 0 {
		return vir.Errorf(vir.FromDomain, vir.ErrXMLDetail, "cannot use feature-based firmware autoselection when firmware autoselection is disabled")
	}
	if l := o.Loader; l != nil && l.Path != "" && l.Type == "" && l.Format == "" {
		l.Format = "raw"
	}
	return nil
}

// completeFirmware finds the firmware that fits what the document asks for, or
// the one whose file it names.
func (d *definition) completeFirmware() error {
	if err := d.ValidateFirmware(); err != nil {
		return err
	}
	o := &d.OS
	auto := o.Firmware != ""
	if !auto && (o.Loader == nil || o.Loader.Path == "" || o.Loader.Type == "rom") {
		return nil
	}
	f := d.findFirmware()
	if v := o.NVRAM; v != nil && v.Path == "" && v.Source == nil {
		v.Format = "" // of nothing
	}
	if f != nil {
		d.useFirmware(f)
	} else if auto {
		return vir.Errorf(vir.FromQEMU, vir.ErrOperationFailed, "Unable to find '%s' firmware that is compatible with the current configuration", o.Firmware)
	} else {
		d.useKnownTemplate()
	}
	d.completeNVRAM()
	return nil
}

// findFirmware is the first descriptor that fits.
func (d *definition) findFirmware() *Firmware {
	for i := range d.cfg.Firmwares {
		if f := &d.cfg.Firmwares[i]; d.fitsFirmware(f) {
			return f
		}
	}
	return nil
}

// wants is what the document says of a feature of the firmware; ok is false
// where it says nothing.
func (d *definition) wants(feature string) (on, ok bool) {
	for _, f := range d.OS.Features {
		if f.Name == feature {
			return f.Enabled == domxml.Yes, true
		}
	}
	return false, false
}

func (d *definition) fitsFirmware(f *Firmware) bool {
	o := &d.OS
	l := o.Loader
	if l == nil {
		l = &domxml.Loader{}
	}
	kind := map[string]string{"efi": "uefi", "bios": "bios"}[o.Firmware]
	if kind == "" {
		if kind = "bios"; l.Type == "pflash" {
			kind = "uefi"
		}
	}
	if !slices.Contains(f.Interfaces, kind) || !f.fitsMachine(d.OS.Type.Arch, d.OS.Type.Machine) {
		return false
	}
	switch {
	case l.Path != "" && l.Path != f.File.Path,
		l.Type == "rom" && f.Flash, l.Type == "pflash" && !f.Flash,
		l.Format != "" && l.Format != f.File.Format,
		!d.fitsMode(f, l), !d.fitsNVRAM(f):
		return false
	}
	return d.fitsFeatures(f, l)
}

func (f *Firmware) fitsMachine(arch, machine string) bool {
	return slices.ContainsFunc(f.Targets, func(t FirmwareTarget) bool {
		return t.Arch == arch && slices.ContainsFunc(t.Machines, func(pattern string) bool {
			ok, err := path.Match(pattern, machine)
			return ok && err == nil
		})
	})
}

// fitsMode wants variables where the document has them.
func (d *definition) fitsMode(f *Firmware, l *domxml.Loader) bool {
	if !f.Flash {
		return true
	}
	switch f.Mode {
	case "split":
		return l.Stateless != domxml.Yes && l.Readonly != domxml.No
	case "combined":
		return l.Stateless != domxml.Yes && l.Readonly != domxml.Yes
	case "stateless":
		return l.Stateless != domxml.No && d.OS.NVRAM == nil
	}
	return false
}

func (d *definition) fitsNVRAM(f *Firmware) bool {
	v := d.OS.NVRAM
	if v == nil {
		return true
	}
	return v.Template == "" || f.Template.Path == v.Template
}

func (d *definition) fitsFeatures(f *Firmware, l *domxml.Loader) bool {
	if on, ok := d.wants("secure-boot"); ok && on != f.has("secure-boot") {
		return false
	}
	if on, ok := d.wants("enrolled-keys"); ok && on != f.has("enrolled-keys") {
		return false
	}
	if p := d.PM; p != nil {
		if p.SuspendToMem != nil && p.SuspendToMem.Enabled == domxml.Yes && !f.has("acpi-s3") {
			return false
		}
		if p.SuspendToDisk != nil && p.SuspendToDisk.Enabled == domxml.Yes && !f.has("acpi-s4") {
			return false
		}
	}
	if l.Secure == domxml.Yes && !f.has("requires-smm") || l.Secure == domxml.No && f.has("requires-smm") {
		return false
	}
	if s := d.Features.SMM; s != nil && s.State == domxml.Off && f.has("requires-smm") {
		return false
	}
	return true
}

// useFirmware writes down what a descriptor says.
func (d *definition) useFirmware(f *Firmware) {
	o := &d.OS
	if o.Loader == nil {
		o.Loader = &domxml.Loader{}
	}
	l := o.Loader
	l.Path, l.Format = f.File.Path, f.File.Format
	if !f.Flash {
		l.Type = "rom"
	} else {
		l.Type, l.Readonly = "pflash", domxml.Yes
		if f.Mode == "combined" {
			l.Readonly = domxml.No
		}
	}
	if f.has("requires-smm") {
		l.Secure = domxml.Yes
		if d.Features.SMM == nil {
			d.Features.SMM = &domxml.SMM{State: domxml.On}
		}
	}
	o.Firmware = "bios"
	if slices.Contains(f.Interfaces, "uefi") {
		o.Firmware = "efi"
	}
	o.Features = nil
	if o.Firmware == "bios" {
		return
	}
	template := f.Flash && f.Mode == "split"
	if template {
		if o.NVRAM == nil {
			o.NVRAM = &domxml.NVRAM{}
		}
		if v := o.NVRAM; v.Type != domxml.DiskNetwork {
			v.Template, v.TemplateFormat = f.Template.Path, f.Template.Format
		} else {
			template = false
		}
	}
	yes := func(name string) domxml.FirmwareFeat {
		e := domxml.No
		if f.has(name) {
			e = domxml.Yes
		}
		return domxml.FirmwareFeat{Name: name, Enabled: e}
	}
	if template {
		o.Features = append(o.Features, yes("enrolled-keys"))
	}
	o.Features = append(o.Features, yes("secure-boot"))
}

// useKnownTemplate knows what variables begin with for firmware that has no
// descriptor but is known by its file.
func (d *definition) useKnownTemplate() {
	o := &d.OS
	l := o.Loader
	if l.Type != "pflash" || l.Readonly == domxml.No || l.Stateless == domxml.Yes || l.Format != "" && l.Format != "raw" {
		return
	}
	template, ok := d.cfg.KnownFirmwares[l.Path]
	if !ok {
		return
	}
	l.Readonly = domxml.Yes
	if o.NVRAM == nil {
		o.NVRAM = &domxml.NVRAM{}
	}
	v := o.NVRAM
	if v.Template == "" {
		v.Template = template
	}
	if v.TemplateFormat == "" {
		v.TemplateFormat = "raw"
	}
}

// completeNVRAM settles formats, and where the variables are.
func (d *definition) completeNVRAM() {
	l, v := d.OS.Loader, d.OS.NVRAM
	if l.Format == "" {
		l.Format = "raw"
	}
	if l.Type != "pflash" || l.Readonly != domxml.Yes || l.Stateless == domxml.Yes {
		return
	}
	if v == nil {
		v = &domxml.NVRAM{}
		d.OS.NVRAM = v
	}
	if v.Format == "" {
		if v.Format = v.TemplateFormat; v.Format == "" {
			v.Format = l.Format
		}
	}
	if v.Path == "" && v.Source == nil {
		suffix := map[string]string{"qcow2": ".qcow2"}[v.Format]
		v.Path = d.cfg.NVRAMDir + "/" + d.Name + "_VARS" + cmp.Or(suffix, ".fd")
	}
}

// validateFirmware wants what UEFI and its safe mode cannot do without.
func (d *definition) validateFirmware() error {
	o := &d.OS
	if o.Firmware == "efi" || o.Loader != nil && o.Loader.Type == "pflash" {
		if !bool(d.Features.ACPI) && (d.isX86() || d.arch("aarch64")) {
			return errUnsupported("UEFI requires ACPI on this architecture")
		}
	}
	if l := o.Loader; l != nil && l.Secure == domxml.Yes {
		if !d.arch("x86_64") {
			return errUnsupported("Secure boot is supported for x86_64 architecture only")
		}
		if !d.isQ35() {
			return errUnsupported("Secure boot is supported with q35 machine types only")
		}
		if s := d.Features.SMM; s == nil || s.State != domxml.On {
			return errUnsupported("Secure boot requires SMM feature enabled")
		}
	}
	return nil
}
