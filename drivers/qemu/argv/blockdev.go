package argv

import "github.com/govirtd/govirtd/domxml"

// namesFormats makes each image have a node of its format for emulators whose
// jobs would write the name of a format that is not there into images: those
// before 9.0.
func (b *builder) namesFormats(i *image) {
	if b.e.Command("block-commit").Member("backing-mask-protocol").Exists() {
		return
	}
	for ; i != nil; i = i.backing {
		i.keepFormat = true
		b.namesFormats(i.data)
	}
}

// blockdevs adds the nodes of a chain, the lowest first.
func (b *builder) blockdevs(i *image) error {
	if i.backing != nil {
		if err := b.blockdevs(i.backing); err != nil {
			return err
		}
	}
	if i.data != nil {
		if err := b.blockdevs(i.data); err != nil {
			return err
		}
	}
	return b.blockdevNodes(i)
}

// blockdevNodes adds the nodes of one image, and what they need before them.
func (b *builder) blockdevNodes(i *image) error {
	storage, err := b.storageNode(i)
	if err != nil {
		return err
	}
	if !i.hasFormat() {
		b.blockdev(storage)
		if i.slice() != nil {
			b.blockdev(b.sliceNode(i))
		}
		return nil
	}
	secrets, err := b.formatSecrets(i)
	if err != nil {
		return err
	}
	b.blockdev(storage)
	if i.slice() != nil {
		b.blockdev(b.sliceNode(i))
	}
	b.blockdev(b.formatNode(i, secrets))
	return nil
}

// storageNode is the place of an image. As the part of a format it can be
// written to whenever the format is; alone it is what the guest may do.
func (b *builder) storageNode(i *image) (*Props, error) {
	p, err := b.protocol(i)
	if err != nil {
		return nil, err
	}
	p.set("node-name", i.storageNode())
	if b.singleFD(i) && i.hasFormat() {
		p.set("read-only", false).set("discard", "unmap")
	} else {
		b.access(p, i, i.hasFormat() || i.slice() != nil)
	}
	return p.put("cache", cacheProps(i.cache)), nil
}

// sliceNode is a part of a place.
func (b *builder) sliceNode(i *image) *Props {
	s := i.slice()
	p := props("driver", "raw", "file", i.storageNode(), "offset", s.Offset, "size", s.Size, "node-name", i.sliceNode())
	b.access(p, i, i.hasFormat())
	return p.put("cache", cacheProps(i.cache))
}

// access is what may be done with a node: everything that the node above it
// does, or what the guest may do.
func (b *builder) access(p *Props, i *image, under bool) {
	if under {
		p.set("auto-read-only", true).set("discard", "unmap")
		return
	}
	p.set("read-only", i.readonly)
	b.guestOptions(p, i)
}

// guestOptions are what a node does with the guest's requests.
func (b *builder) guestOptions(p *Props, i *image) {
	if i.discard == "unmap" || i.discard == "ignore" {
		p.set("discard", i.discard)
	}
	p.put("detect-zeroes", i.detectZeroes)
}

// plainFormat is the emulator's name of the format.
func (i *image) plainFormat() string {
	switch i.format {
	case "", "raw", "dir", "fat", "iso", "none":
		return "raw"
	case "ploop":
		return "parallels"
	case "vhd":
		return "vpc"
	case "cow":
		return "cow"
	}
	return i.format
}

// formatNode is what is in the place.
func (b *builder) formatNode(i *image, secrets []string) *Props {
	p := props("node-name", i.formatNode(), "read-only", i.readonly)
	b.guestOptions(p, i)
	p.put("cache", cacheProps(i.cache))
	file := i.place()
	format := i.plainFormat()
	if format == "raw" {
		if i.luks() {
			p.set("driver", "luks")
			if len(secrets) > 0 {
				p.set("key-secret", secrets[0])
			}
		} else {
			p.set("driver", "raw")
		}
		return p.set("file", file)
	}
	p.set("driver", format)
	if format == "qcow2" || format == "qcow" {
		if len(secrets) > 0 {
			kind := i.encryption.Format
			if kind == "qcow" || kind == "default" {
				kind = "aes"
			}
			p.set("encrypt", props("format", kind, "key-secret", secrets[0]))
		}
	}
	if format == "qcow2" {
		p.put("discard-no-unref", i.discardNoUnref)
		if m := i.metadata; m != nil && m.MaxSize != nil {
			p.set("cache-size", m.MaxSize.Value)
		}
	}
	p.set("file", file)
	if i.data != nil {
		p.set("data-file", i.data.top())
	}
	switch {
	case i.backing != nil:
		p.set("backing", i.backing.top())
	case i.end && hasBacking(format):
		p.set("backing", nil)
	}
	return p
}

// hasBacking says whether images of a format can stand on others.
func hasBacking(format string) bool {
	switch format {
	case "qcow2", "qcow", "qed", "vmdk":
		return true
	}
	return false
}

// formatSecrets adds the passphrases of an encrypted image and returns their
// objects.
func (b *builder) formatSecrets(i *image) ([]string, error) {
	e := i.encryption
	if e == nil || e.Engine == "librbd" || len(e.Secrets) == 0 {
		return nil, nil
	}
	return b.passphrases(i.formatNode()+"-encryption-secret", e)
}

func (b *builder) passphrases(prefix string, e *domxml.DiskEncryption) (ids []string, err error) {
	for n, s := range e.Secrets {
		id := prefix + itoa(n)
		if err := b.secret(id, passphraseRef(s)); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// cacheModes are the host's page cache (direct leaves it out), flushes (none)
// and what the guest sees of a cache of the disk.
var cacheModes = map[string]struct{ direct, noFlush, writeback bool }{
	"none": {true, false, true}, "writeback": {false, false, true}, "writethrough": {false, false, false},
	"directsync": {true, false, false}, "unsafe": {false, true, true},
}

func cacheProps(mode string) *Props {
	m, ok := cacheModes[mode]
	if !ok {
		return nil
	}
	return props("direct", m.direct, "no-flush", m.noFlush)
}

// singleFD says whether an image is reached through one descriptor for reading
// and writing, which cannot be opened again in another way.
func (b *builder) singleFD(i *image) bool {
	if i.source.FDGroup == "" {
		return false
	}
	fds := b.o.FDSets[i.source.FDGroup]
	return len(fds) == 1 && fds[0].Writable
}
