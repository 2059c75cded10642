//go:build linux

package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/drivers/qemu/blockchain"
	"github.com/govirtd/govirtd/protocol/vir"
)

// chains finds what the images of all disks stand on. A disk whose medium may
// be missing goes without it.
func (s *start) chains() error {
	// What the document names is numbered before what is found.
	s.g.lastNode = argv.AssignNodes(s.d, 0)
	defer s.number()
	o := blockchain.Options{}
	if u := s.b.cfg.User; u != nil {
		o.As = fmt.Sprintf(" (as uid:%d, gid:%d)", u.UID, u.GID)
	}
	var kept []domxml.Disk
	for i := range s.d.Devices.Disks {
		k := &s.d.Devices.Disks[i]
		if k.Source == nil || sourcePath(k.Source) == "" && k.Type != domxml.DiskNetwork {
			kept = append(kept, *k)
			continue
		}
		err := blockchain.Detect(k, o)
		if isMissing(err) && k.Source.StartupPolicy == "optional" {
			if k.Device == "cdrom" || k.Device == "floppy" {
				k.Source, k.BackingStore = nil, nil
				kept = append(kept, *k)
			}
			continue
		}
		if err != nil {
			return err
		}
		kept = append(kept, *k)
	}
	s.d.Devices.Disks = kept
	return nil
}

// number gives numbers to the images that were found: those of the last disk
// first, each from the top down.
func (s *start) number() {
	next := func(n *uint) {
		if *n == 0 {
			s.g.lastNode++
			*n = s.g.lastNode
		}
	}
	for i := len(s.d.Devices.Disks) - 1; i >= 0; i-- {
		k := &s.d.Devices.Disks[i]
		data := func(src *domxml.DiskSource) {
			if src.DataStore != nil && src.DataStore.Source != nil {
				next(&src.DataStore.Source.Index)
			}
		}
		if k.Source == nil {
			continue
		}
		data(k.Source)
		for b := k.BackingStore; b != nil && b.Source != nil; b = b.Store {
			next(&b.Index)
			data(b.Source)
		}
	}
}

func isMissing(err error) bool {
	var e *vir.Error
	return errors.As(err, &e) && e.Code == vir.ErrSystemError && e.Int1 == int32(unix.ENOENT)
}

// owners gives the guest's user what it is to open.
func (s *start) owners(context.Context) error {
	err := eachChardev(s.d, func(c *domxml.Chardev) error {
		if c.Type != "file" || len(c.Sources) == 0 || c.Sources[0].Path == "" {
			return nil
		}
		// The process may have no right to make it.
		path := c.Sources[0].Path
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return errSystem(vir.FromNone, err, "Unable to open file: %s", path)
		}
		return f.Close()
	})
	if err != nil {
		return err
	}
	return s.g.takeImages(ownFiles(s.d))
}

// ownFiles are the files of the host that the emulator opens for a live
// document.
func ownFiles(d *domxml.Domain) (files []string) {
	add := func(path string) {
		// The host's own devices are nobody's to take.
		if path != "" && !slices.Contains(files, path) && !slices.Contains(commonDevices, path) {
			files = append(files, path)
		}
	}
	for i := range d.Devices.Disks {
		eachImage(&d.Devices.Disks[i], func(src *domxml.DiskSource) {
			add(src.File)
			add(src.Dev)
		})
	}
	add(d.OS.Kernel)
	add(d.OS.Initrd)
	add(d.OS.DTB)
	if n := d.OS.NVRAM; n != nil {
		add(n.Path)
	}
	_ = eachChardev(d, func(c *domxml.Chardev) error {
		if len(c.Sources) == 0 {
			return nil
		}
		switch path := c.Sources[0].Path; c.Type {
		case "file", "dev":
			add(path)
		case "unix":
			if c.Sources[0].Mode == "connect" {
				add(path)
			}
		case "pipe":
			// Two of them, or one for both ways.
			if _, err := os.Stat(path + ".in"); err == nil {
				add(path + ".in")
				add(path + ".out")
			} else {
				add(path)
			}
		}
		return nil
	})
	return files
}

// commonDevices are those that every process may use.
var commonDevices = []string{"/dev/null", "/dev/full", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/kvm"}

// eachImage goes over the images of a disk from the top down.
func eachImage(k *domxml.Disk, use func(*domxml.DiskSource)) {
	one := func(s *domxml.DiskSource) {
		use(s)
		if s.DataStore != nil && s.DataStore.Source != nil {
			use(s.DataStore.Source)
		}
	}
	if k.Source == nil {
		return
	}
	one(k.Source)
	for b := k.BackingStore; b != nil && b.Source != nil; b = b.Store {
		one(b.Source)
	}
}
