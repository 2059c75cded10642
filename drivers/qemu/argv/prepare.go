package argv

import (
	"fmt"
	"path/filepath"

	"github.com/govirtd/govirtd/domxml"
)

// Prepare makes a live document of a definition, as far as the document alone
// decides it: names of devices, numbers of images, sockets, listen addresses,
// amounts of memory. Build wants a document that was prepared.
func Prepare(d *domxml.Domain, o *Options) error {
	if err := AlignMemory(d); err != nil {
		return err
	}
	if err := checkFDGroups(d, o); err != nil {
		return err
	}
	AssignAliases(d)
	AssignNodes(d, 0)
	assignSockets(d, o)
	assignDrives(d)
	assignTLS(d, o)
	return assignGraphics(d, o)
}

// checkFDGroups wants the descriptors that disks name to be there.
func checkFDGroups(d *domxml.Domain, o *Options) error {
	for i := len(d.Devices.Disks) - 1; i >= 0; i-- {
		k := &d.Devices.Disks[i]
		if k.Source == nil {
			continue
		}
		groups := []string{k.Source.FDGroup}
		for s := k.BackingStore; s != nil && s.Source != nil; s = s.Store {
			groups = append(groups, s.Source.FDGroup)
		}
		for _, g := range groups {
			if _, ok := o.FDSets[g]; g != "" && !ok {
				return errInvalid("file descriptor group '%s' was not associated with the domain", g)
			}
		}
	}
	return nil
}

// AssignNodes numbers the images of all disks that have no number, after the
// one given and all that there are, and returns the last: the disks from the
// last to the first, each from the top of its chain down.
func AssignNodes(d *domxml.Domain, last uint) uint {
	for i := range d.Devices.Disks {
		last = max(last, lastNode(&d.Devices.Disks[i]))
	}
	for i := len(d.Devices.Disks) - 1; i >= 0; i-- {
		last = NumberImages(&d.Devices.Disks[i], last)
	}
	return last
}

// NumberImages numbers the images of a disk, see AssignNodes.
func NumberImages(k *domxml.Disk, last uint) uint {
	if k.Target.Bus == domxml.DiskBusSD {
		return last // not a node
	}
	if k.Source == nil {
		return last + 1 // an empty drive has one, too
	}
	fresh := k.Source.Index == 0
	eachIndex(k, func(n *uint) {
		if *n == 0 {
			last++
			*n = last
		}
	})
	if fresh {
		last += uint(len(k.ThrottleFilters))
	}
	return last
}

// eachIndex goes over the numbers of a chain, from the top down.
func eachIndex(k *domxml.Disk, use func(*uint)) {
	data := func(s *domxml.DiskSource) {
		if s.DataStore != nil && s.DataStore.Source != nil {
			use(&s.DataStore.Source.Index)
		}
	}
	use(&k.Source.Index)
	data(k.Source)
	for s := k.BackingStore; s != nil && s.Source != nil; s = s.Store {
		use(&s.Index)
		data(s.Source)
	}
}

// lastNode is the highest number of a disk's images and filters; 0 if it has
// none yet.
func lastNode(k *domxml.Disk) (last uint) {
	if k.Source == nil || k.Source.Index == 0 {
		return 0
	}
	eachIndex(k, func(n *uint) { last = max(last, *n) })
	return max(last, firstFilter(k)+uint(len(k.ThrottleFilters))-1)
}

// firstFilter is the number of the first filter of a disk: it follows those
// images that were numbered with it, in one go. Images that were found later
// have numbers further on.
func firstFilter(k *domxml.Disk) uint {
	next, run := k.Source.Index, true
	eachIndex(k, func(n *uint) {
		if run = run && *n == next; run {
			next++
		}
	})
	return next
}

// assignDrives says what disks leave to be decided: how they are cached, that a
// drive without a medium has no format, that a raw image stands on nothing.
func assignDrives(d *domxml.Domain) {
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if mode := cacheMode(k); mode != "" {
			if k.Driver == nil {
				k.Driver = &domxml.DiskDriver{}
			}
			k.Driver.Cache = mode
		}
		switch {
		case k.Source == nil || emptySource(k.Type, k.Source):
			if k.Driver != nil {
				k.Driver.Type = ""
			}
		case k.BackingStore == nil && k.Type != domxml.DiskVhostUser && (k.Driver == nil || k.Driver.Type == "" || k.Driver.Type == "raw"):
			k.BackingStore = &domxml.BackingStore{}
		}
	}
}

// assignTLS says which connections are encrypted.
func assignTLS(d *domxml.Domain, o *Options) {
	v := &d.Devices
	for _, list := range [][]domxml.Chardev{v.Serials, v.Parallels, v.Channels, v.Consoles} {
		for i := range list {
			c := &list[i]
			if c.Type != "tcp" || len(c.Sources) == 0 || c.Sources[0].TLS != "" {
				continue
			}
			c.Sources[0].TLS = domxml.No
			if o.ChardevTLS.Everywhere {
				c.Sources[0].TLS = domxml.Yes
			}
		}
	}
}

// assignSockets gives channels that name no socket one of the guest's own.
func assignSockets(d *domxml.Domain, o *Options) {
	for i := range d.Devices.Channels {
		c := &d.Devices.Channels[i]
		if c.Type != "unix" || c.Target == nil || c.Target.Type != "virtio" && c.Target.Type != "xen" {
			continue
		}
		if len(c.Sources) == 0 {
			c.Sources = []domxml.ChardevSource{{Mode: "bind"}}
		}
		if c.Sources[0].Path == "" {
			name := c.Target.Name
			if a := c.Address; name == "" && a != nil {
				name = fmt.Sprintf("vioser-%02d-%02d-%02d.sock", a.Controller, a.Bus, number(a.Port))
			}
			c.Sources[0].Path = filepath.Join(o.Channel, name)
		}
	}
}
