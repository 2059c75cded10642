package argv

import "github.com/govirtd/govirtd/domxml"

// firmware adds the flash chips of a guest with UEFI: its code, and where it
// keeps its variables.
func (b *builder) firmware() error {
	code, variables := b.flash()
	for _, i := range []*image{code, variables} {
		if i != nil {
			if err := b.blockdevs(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// flash are the images of the chips, nil for those that there are not.
func (b *builder) flash() (code, variables *image) {
	l := b.d.OS.Loader
	if l == nil || l.Type != "pflash" {
		return nil, nil
	}
	code = &image{
		name: "libvirt-pflash0", typ: domxml.DiskFile, source: &domxml.DiskSource{File: l.Path}, format: l.Format,
		readonly: l.Readonly == domxml.Yes, keepFormat: true, end: true,
	}
	v := b.d.OS.NVRAM
	if v == nil {
		return code, nil
	}
	variables = &image{name: "libvirt-pflash1", typ: v.Type, format: v.Format, end: true}
	b.namesFormats(variables)
	if v.Source != nil {
		variables.source, variables.auth, variables.encryption = v.Source, v.Source.Auth, v.Source.Encryption
	} else {
		variables.typ, variables.source = domxml.DiskFile, &domxml.DiskSource{File: v.Path}
	}
	return code, variables
}

// pflashNodes tells the machine which nodes its chips are.
func (b *builder) pflashNodes(w *words) {
	code, variables := b.flash()
	if code != nil {
		w.set("pflash0", code.top())
	}
	if variables != nil {
		w.set("pflash1", variables.top())
	}
}

// bios is firmware that is not in a flash chip.
func (b *builder) bios() error {
	if l := b.d.OS.Loader; l != nil && l.Type != "pflash" && l.Path != "" {
		b.arg("-bios", l.Path)
	}
	return nil
}
