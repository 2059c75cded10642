package testpersonality

import (
	"fmt"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Complete adds what the test driver gives to every domain, beyond what
// libvirt adds: an architecture, names of interfaces on the host, a model for
// the screen.
func Complete(d *domxml.Domain) error {
	if _, err := beginning(d); err != nil {
		return err
	}
	d.DomainNamespaces = domxml.DomainNamespaces{} // the driver's own is for its configuration file
	if d.OS.Type.Arch == "" {
		d.OS.Type.Arch = "i686"
	}
	nameInterfaces(d.Devices.Interfaces)
	completeVideos(d)
	for i := range d.Devices.Disks {
		if k := &d.Devices.Disks[i]; k.Source != nil && k.Source.FDGroup != "" {
			return vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, "driver does not support FD passing for disk '%s'", k.Target.Dev)
		}
	}
	return nil
}

// nameInterfaces hands out testnet0, testnet1, ... to those without a name.
func nameInterfaces(list []domxml.Interface) {
	used := map[string]bool{}
	for i := range list {
		if t := list[i].Target; t != nil {
			used[t.Dev] = true
		}
	}
	next := 0
	for i := range list {
		c := &list[i]
		if c.Target != nil && c.Target.Dev != "" {
			continue
		}
		name := fmt.Sprintf("testnet%d", next)
		for used[name] {
			next++
			name = fmt.Sprintf("testnet%d", next)
		}
		used[name] = true
		if c.Target == nil {
			c.Target = &domxml.InterfaceTarget{}
		}
		c.Target.Dev = name
	}
}

// completeVideos chooses models.
func completeVideos(d *domxml.Domain) {
	for i := range d.Devices.Videos {
		v := &d.Devices.Videos[i]
		if v.Model == nil {
			v.Model = &domxml.VideoModel{}
		}
		if v.Model.Type == "" || v.Model.Type == "default" {
			v.Model.Type = defaultVideo(d)
		}
		v.Model.Complete()
	}
}

func defaultVideo(d *domxml.Domain) string {
	switch {
	case d.OS.Type.Value == "xen" || d.OS.Type.Value == "linux":
		return "xen"
	case d.OS.Type.Arch == "ppc64" || d.OS.Type.Arch == "ppc64le":
		return "vga"
	}
	return "cirrus"
}
