//go:build linux

package storage

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/diskimage"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// qcow2Compat is the version of a qcow2 that says nothing of it.
const qcow2Compat = "1.1"

// checkImage refuses what qemu-img would not understand as it is meant.
func (m *maker) checkImage() error {
	t := &m.vol.Target
	if m.format == "ploop" {
		return vir.Errorf(vir.FromStorage, vir.ErrInternalError, "unable to find ploop, please install ploop tools")
	}
	if m.flags&vir.StorageVolCreatePreallocMetadata != 0 {
		if m.format != "qcow2" {
			return errConfig("metadata preallocation only available with qcow2")
		}
		if m.vol.BackingStore != nil {
			return errConfig("metadata preallocation conflicts with backing store")
		}
	}
	if err := checkEncryption(m.format, t.Encryption); err != nil {
		return err
	}
	if f := t.Features; m.format == "qcow2" && f != nil && bool(f.LazyRefcounts) && t.Compat == "0.10" {
		return errConfig("lazy_refcounts not supported with compat level %s", t.Compat)
	}
	return nil
}

// driver is what QEMU calls the format of the volume.
func (m *maker) driver() string {
	switch {
	case m.format == "raw" && m.vol.Target.Encryption != nil:
		return "luks"
	case m.format == "iso":
		return "raw"
	}
	return m.format
}

// options are those of qemu-img create and convert, in the reference's order.
func (m *maker) options(ctx context.Context, c *command, backing string) ([]string, error) {
	var out []string
	t := &m.vol.Target
	if backing != "" {
		out = append(out, "backing_fmt="+backing)
	}
	if e := t.Encryption; e != nil {
		id, err := m.secret(ctx, c, m.vol.Name, e)
		if err != nil {
			return nil, err
		}
		prefix := ""
		if m.format == "qcow2" {
			prefix, out = "encrypt.", append(out, "encrypt.format=luks")
		}
		out = append(out, m.luksOptions(prefix, id, e)...)
	}
	if m.format != "qcow2" {
		return out, nil
	}
	if m.flags&vir.StorageVolCreatePreallocMetadata != 0 {
		how := "metadata"
		if m.vol.Allocation.Value == m.vol.Capacity.Value {
			how = "falloc"
		}
		out = append(out, "preallocation="+how)
	}
	compat := t.Compat
	if compat == "" {
		compat = qcow2Compat
	}
	out = append(out, "compat="+compat)
	if t.ClusterSize != nil {
		out = append(out, "cluster_size="+strconv.FormatUint(t.ClusterSize.Value, 10))
	}
	if t.Features != nil && bool(t.Features.LazyRefcounts) {
		out = append(out, "lazy_refcounts")
	}
	if t.Features != nil && bool(t.Features.ExtendedL2) {
		out = append(out, "extended_l2=on")
	}
	return out, nil
}

// makeImage makes an empty image of a format with qemu-img. The file is ours
// and not there before; qemu-img gets it as a descriptor and looks at no other
// image, which is why it cannot be asked about the image below.
func (m *maker) makeImage(ctx context.Context) error {
	if err := m.checkImage(); err != nil {
		return err
	}
	backing := ""
	if b := m.vol.BackingStore; b != nil {
		if err := m.checkBacking(b); err != nil {
			return err
		}
		backing = b.Format.Type
	}
	return m.withFile(func(f *os.File) error {
		c := &command{name: "qemu-img"}
		defer c.close()
		options, err := m.options(ctx, c, backing)
		if err != nil {
			return err
		}
		c.args = append([]string{"create", "-f", m.driver()}, c.objects...)
		if backing != "" {
			c.args = append(c.args, "-u", "-b", m.vol.BackingStore.Path)
		}
		if len(options) > 0 {
			c.args = append(c.args, "-o", strings.Join(options, ","))
		}
		target, err := m.target(c, f)
		if err != nil {
			return err
		}
		c.args = append(c.args, target, kibibytes(m.vol.Capacity.Value))
		for try := range timings {
			if _, _, err = m.run(ctx, c); err == nil || !strings.Contains(err.Error(), untimed) {
				break
			}
			select {
			case <-ctx.Done():
				return err
			case <-time.After(time.Duration(try) * 20 * time.Millisecond):
			}
		}
		return err
	})
}

// To choose how dear it is to try passphrases, qemu-img measures how fast this
// machine derives a key, and gives up where it has not had the processor for
// itself just then. That says nothing about the next time.
const (
	untimed = "Unable to get accurate CPU usage"
	timings = 8
)

// kibibytes is a size as the reference gives it to qemu-img, rounded up.
func kibibytes(n uint64) string {
	k := n / 1024
	if n%1024 != 0 {
		k++
	}
	return strconv.FormatUint(min(k, math.MaxUint64/1024), 10) + "K"
}

// target is how the tool calls the file that it makes. A vmdk has its own name
// in it, so it is called by that, from inside of the directory.
func (m *maker) target(c *command, f *os.File) (string, error) {
	if m.format != "vmdk" {
		return c.pass(f, m.vol.Target.Path), nil
	}
	d, err := m.root.Open(".")
	if err != nil {
		return "", systemError(vir.FromStorage, err, "cannot open directory '%s'", m.pool.Target.Path)
	}
	c.owned = append(c.owned, d)
	c.dir = fmt.Sprintf("/proc/self/fd/%d", d.Fd())
	c.names = [2]string{"./" + m.vol.Name, m.vol.Target.Path}
	return "./" + m.vol.Name, nil
}

// checkBacking looks at the image below a new one, which the user has named: it
// must be there and of its format, and gives its size to a volume without one.
func (m *maker) checkBacking(b *domxml.StorageBackingStore) error {
	path := b.Path
	if !strings.HasPrefix(path, "/") {
		path = m.pool.Target.Path + "/" + path
	}
	if err := unix.Access(path, unix.R_OK); err != nil {
		return systemError(vir.FromStorage, err, "inaccessible backing store volume %s", b.Path)
	}
	e, err := openNamed(path)
	if err != nil {
		return systemError(vir.FromStorage, err, "inaccessible backing store volume %s", b.Path)
	}
	defer e.close()
	failed := func(format string, args ...any) error {
		return vir.Errorf(vir.FromNone, vir.ErrInternalError, "Could not open backing image '%s': "+format, append([]any{b.Path}, args...)...)
	}
	if e.kind() == unix.S_IFDIR || e.file == nil {
		return failed("it must be a regular file or a block device")
	}
	info, err := diskimage.Probe(e.file, e.size())
	if err != nil {
		return systemError(vir.FromStorage, err, "cannot read header '%s'", path)
	}
	switch b.Format.Type {
	case "raw":
		info.Capacity = uint64(e.size())
	case "iso":
		return failed("Unknown driver 'iso'")
	case info.Format:
	default:
		return failed("Image is not in %s format", b.Format.Type)
	}
	if m.vol.Capacity.Value == 0 {
		m.vol.Capacity = domxml.Bytes(info.Capacity)
	}
	return nil
}

// openNamed opens what the user has named, wherever it is.
func openNamed(path string) (*entry, error) {
	before, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !mayOpen(before.Mode()) {
		return nil, unix.EINVAL
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	now, err := f.Stat()
	if err == nil && !mayOpen(now.Mode()) {
		err = unix.EINVAL
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &entry{file: f, st: now.Sys().(*syscall.Stat_t)}, nil
}
