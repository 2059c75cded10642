//go:build linux

package storage

import (
	"context"
	"os"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// copy makes the volume from another one, which may have another format. The
// copy stands on nothing, whatever its document says.
func (m *maker) copy(ctx context.Context, from *drivers.StorageVolumeRef) error {
	if m.vol.Capacity.Value < from.Volume.Capacity.Value {
		m.vol.Capacity = from.Volume.Capacity
	}
	if !m.vol.AllocationSet {
		m.vol.Allocation = m.vol.Capacity
	}
	root, err := openTarget(from.Pool)
	if err != nil {
		return err
	}
	defer root.Close()
	e, err := openEntry(root, from.Volume.Name, os.O_RDONLY)
	if err == nil && (e.kind() == unix.S_IFDIR || e.file == nil) {
		e.close()
		err = unix.EISDIR
	}
	if err != nil {
		return systemError(vir.FromStorage, err, "could not open input path '%s'", from.Volume.Target.Path)
	}
	defer e.close()
	if plain(formatOf(from.Volume)) && plain(m.format) && from.Volume.Target.Encryption == nil && m.vol.Target.Encryption == nil {
		return m.makeFile(func(f *os.File) error { return m.copyPlain(ctx, f, e, from.Volume) })
	}
	if bad := m.flags & vir.StorageVolCreateReflink; bad != 0 {
		return vir.UnsupportedFlags(vir.FromStorage, "storageBackendCreateQemuImg", uint32(bad))
	}
	if plain(m.format) {
		if err := m.checkPlain(); m.vol.Target.Encryption == nil && err != nil {
			return err
		}
	} else if err := m.checkImage(); err != nil {
		return err
	}
	return m.withFile(func(f *os.File) error { return m.convert(ctx, f, from, e) })
}

// copyPlain copies the content of one file into another.
func (m *maker) copyPlain(ctx context.Context, f *os.File, from *entry, source *domxml.StorageVolume) error {
	path := m.vol.Target.Path
	if m.flags&vir.StorageVolCreateReflink != 0 {
		if err := unix.IoctlFileClone(int(f.Fd()), int(from.file.Fd())); err != nil {
			return systemError(vir.FromStorage, err, "failed to clone files from '%s'", source.Target.Path)
		}
	}
	if err := m.fill(f); err != nil {
		return err
	}
	if m.flags&vir.StorageVolCreateReflink != 0 {
		return nil
	}
	if err := copyData(ctx, f, from.file, from.size()); err != nil {
		if e, ok := err.(*vir.Error); ok {
			return e
		}
		return systemError(vir.FromStorage, err, "failed writing to file '%s'", path)
	}
	return nil
}

// convert lets qemu-img copy. It is told of everything that it opens.
func (m *maker) convert(ctx context.Context, f *os.File, from *drivers.StorageVolumeRef, e *entry) error {
	c := &command{name: "qemu-img"}
	defer c.close()
	i := &image{s: m.Storage, c: c}
	defer i.close()
	source, err := i.source(ctx, from.Pool, from.Volume, e.file, e.size())
	if err != nil {
		return err
	}
	if m.vol.Target.Encryption != nil {
		return m.convertEncrypted(ctx, f, source, c)
	}
	options, err := m.options(ctx, c, "")
	if err != nil {
		return err
	}
	c.args = append([]string{"convert", "-O", m.driver()}, c.objects...)
	if len(options) > 0 {
		c.args = append(c.args, "-o", strings.Join(options, ","))
	}
	target, err := m.target(c, f)
	if err != nil {
		return err
	}
	c.args = append(c.args, source, target)
	_, _, err = m.run(ctx, c)
	return err
}

// convertEncrypted makes the image first: qemu-img convert has no way to say
// how to encrypt one.
func (m *maker) convertEncrypted(ctx context.Context, f *os.File, source string, c *command) error {
	first := &command{name: "qemu-img"}
	defer first.close()
	options, err := m.options(ctx, first, "")
	if err != nil {
		return err
	}
	first.args = append([]string{"create", "-f", m.driver()}, first.objects...)
	first.args = append(first.args, "-o", strings.Join(options, ","), first.pass(f, m.vol.Target.Path), kibibytes(m.vol.Capacity.Value))
	if _, _, err := m.run(ctx, first); err != nil {
		return err
	}
	id, err := m.secret(ctx, c, m.vol.Name, m.vol.Target.Encryption)
	if err != nil {
		return err
	}
	key := "key-secret=" + id
	if m.format == "qcow2" {
		key = "encrypt.format=luks,encrypt." + key
	}
	c.args = append([]string{"convert", "-n", "--target-image-opts"}, c.objects...)
	c.args = append(c.args, source, "driver="+m.driver()+","+key+",file.driver=file,file.filename="+c.pass(f, m.vol.Target.Path))
	_, _, err = m.run(ctx, c)
	return err
}
