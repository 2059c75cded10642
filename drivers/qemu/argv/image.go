package argv

import (
	"github.com/govirtd/govirtd/domxml"
)

// image is one image of a chain: a place with a protocol to reach it, and the
// format of what is there.
type image struct {
	// name is that of its nodes: libvirt-3, libvirt-pflash0.
	name   string
	typ    domxml.DiskType
	source *domxml.DiskSource
	format string
	// encryption is that of the format, or of the place where its engine says so.
	encryption *domxml.DiskEncryption
	metadata   *domxml.MetadataCache
	auth       *domxml.Auth

	readonly bool
	// below says that other images stand on this one.
	below bool
	// keepFormat asks for a node of the format where none is needed.
	keepFormat bool
	floppy     bool

	// What the document says of the disk.
	cache, aio, discard, detectZeroes string
	discardNoUnref                    domxml.OnOff

	// backing is what this image stands on; end says that it stands on nothing.
	// With neither the emulator looks into the image.
	backing *image
	end     bool
	// data is the file with the data of an image that has only tables.
	data *image
}

func (i *image) storageNode() string { return i.name + "-storage" }
func (i *image) formatNode() string  { return i.name + "-format" }
func (i *image) sliceNode() string   { return i.name + "-slice-sto" }

// hasFormat says whether the image has a node of its format. A raw image on
// top that is whole and plain needs none. An image below others always has
// one: the node of the place stays ready to be written for a job while the
// format's forbids it.
func (i *image) hasFormat() bool {
	switch {
	case i.below, i.keepFormat, i.typ == domxml.DiskDir:
		return true
	case i.format != "" && i.format != "raw":
		return true
	}
	return i.luks()
}

// place is the node of what the image is in: all of a file, or a part.
func (i *image) place() string {
	if i.slice() != nil {
		return i.sliceNode()
	}
	return i.storageNode()
}

// slice is the part of a file that the image is in, nil for all of it.
func (i *image) slice() *domxml.Slice {
	for n := range i.source.Slices {
		if i.source.Slices[n].Type == "storage" {
			return &i.source.Slices[n]
		}
	}
	return nil
}

// luks says whether the emulator decrypts the image.
func (i *image) luks() bool {
	e := i.encryption
	return e != nil && e.Engine != "librbd" && (e.Format == "luks" || e.Format == "luks2" || e.Format == "luks-any")
}

// top is the node that others use.
func (i *image) top() string {
	if i.hasFormat() {
		return i.formatNode()
	}
	return i.place()
}

// diskImage is the chain of a disk as the document has it.
func diskImage(k *domxml.Disk) *image {
	if k.Source == nil || emptySource(k.Type, k.Source) {
		return nil
	}
	i := newImage(k.Type, k.Source, k.Source.Index)
	i.auth = k.Source.Auth
	if i.auth == nil {
		i.auth = k.Auth
	}
	i.encryption = k.Encryption
	if k.Source.Encryption != nil {
		i.encryption = k.Source.Encryption
	}
	i.readonly = bool(k.Readonly) || k.Device == "cdrom"
	i.floppy = k.Device == "floppy"
	i.format = "raw"
	if r := k.Driver; r != nil {
		if r.Type != "" {
			i.format = r.Type
		}
		i.discardNoUnref = r.DiscardNoUnref
		i.metadata = r.MetadataCache
	}
	i.stack(k.BackingStore)
	for n := i; n != nil; n = n.backing {
		n.inherit(k)
		if n.data != nil {
			n.data.inherit(k)
			n.data.readonly = n.readonly
		}
	}
	return i
}

// inherit takes what a disk says of all its images.
func (i *image) inherit(k *domxml.Disk) {
	i.cache = cacheMode(k)
	r := k.Driver
	if r == nil {
		return
	}
	i.aio = r.IO
	i.discard, i.detectZeroes = r.Discard, detectZeroes(r)
}

// cacheMode is how the host caches a disk. What others write to goes around the
// cache unless the document says otherwise.
func cacheMode(k *domxml.Disk) string {
	if k.Driver != nil && k.Driver.Cache != "" && k.Driver.Cache != "default" {
		return k.Driver.Cache
	}
	if bool(k.Shareable) && !bool(k.Readonly) {
		return "none"
	}
	return ""
}

// detectZeroes is what happens with zeroes that are written. They are not
// thrown away where nothing is.
func detectZeroes(r *domxml.DiskDriver) string {
	if r.DetectZeroes == "unmap" && r.Discard != "unmap" {
		return "on"
	}
	return r.DetectZeroes
}

// NodeName is what the nodes of an image begin with, for the number that its
// source has in the live document.
func NodeName(index uint) string { return "libvirt-" + itoa(index) }

func newImage(typ domxml.DiskType, s *domxml.DiskSource, index uint) *image {
	i := &image{name: NodeName(index), typ: typ, source: s}
	if d := s.DataStore; d != nil && d.Source != nil {
		i.data = newImage(d.Type, d.Source, d.Source.Index)
		i.data.format = "raw"
		if d.Format != nil {
			i.data.format = d.Format.Type
		}
	}
	return i
}

// stack puts the image on those below it.
func (i *image) stack(s *domxml.BackingStore) {
	for top := i; s != nil; s = s.Store {
		if s.Source == nil || s.Type == "" {
			top.end = true
			return
		}
		below := newImage(s.Type, s.Source, s.Index)
		below.readonly, below.below = true, true
		below.encryption, below.auth = s.Source.Encryption, s.Source.Auth
		below.format = "raw"
		if s.Format != nil {
			below.format = s.Format.Type
			below.metadata = s.Format.MetadataCache
		}
		top.backing = below
		top = below
	}
}

// emptySource says whether there is no medium.
func emptySource(typ domxml.DiskType, s *domxml.DiskSource) bool {
	switch typ {
	case domxml.DiskFile, "":
		return s.File == "" && s.FDGroup == ""
	case domxml.DiskBlock:
		return s.Dev == ""
	case domxml.DiskDir:
		return s.Dir == ""
	case domxml.DiskNetwork:
		return s.Protocol == ""
	}
	return false
}
