package qemupersonality

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// domcaps is a kind of domain: an emulator with a machine, for a processor and
// an accelerator.
type domcaps struct {
	facts   *HostFacts
	e       *qemucaps.Emulator
	arch    string
	machine qemucaps.Machine
	kvm     bool
}

// document describes what a domain may have.
func (d *domcaps) document() *domxml.DomainCapabilities {
	c := &domxml.DomainCapabilities{
		Path: &d.e.Path, Domain: "qemu", Machine: &d.machine.Name, Arch: d.arch,
		IOThreads:     &domxml.DomainCapsFeature{Supported: yesNo(d.e.HasType("iothread"))},
		OS:            d.os(),
		CPU:           d.cpu(),
		MemoryBacking: d.memoryBacking(),
		Devices:       d.devices(),
		Features:      d.features(),
	}
	if d.kvm {
		c.Domain = "kvm"
	}
	if n := d.maxVCPUs(); n > 0 {
		c.VCPU = &domxml.DomainCapsVCPU{Max: uint(n)}
	}
	return c
}

// maxVCPUs is how many virtual CPUs a guest may have; 0 where it is unknown.
func (d *domcaps) maxVCPUs() int {
	n := d.machine.MaxCPUs
	if d.kvm && d.facts.MaxKVMCPUs > 0 {
		n = min(n, d.facts.MaxKVMCPUs)
	}
	return n
}

func yesNo(yes bool) domxml.YesNo {
	if yes {
		return domxml.Yes
	}
	return domxml.No
}

// choices are the values of an attribute. Each stands there if what is behind
// it holds.
type choices struct {
	name   string
	values []string
}

func enum(name string) *choices { return &choices{name: name} }

func (c *choices) when(has bool, values ...string) *choices {
	if has {
		c.values = append(c.values, values...)
	}
	return c
}

func (c *choices) always(values ...string) *choices { return c.when(true, values...) }

// feature is something that a guest may have, with its attributes.
func feature(attributes ...*choices) *domxml.DomainCapsFeature {
	f := &domxml.DomainCapsFeature{Supported: domxml.Yes}
	for _, a := range attributes {
		f.Enums = append(f.Enums, domxml.DomainCapsEnum{Name: a.name, Values: a.values})
	}
	return f
}

func unsupported() *domxml.DomainCapsFeature { return &domxml.DomainCapsFeature{Supported: domxml.No} }

func (d *domcaps) x86() bool { return d.arch == "x86_64" || d.arch == "i686" }

// named reports whether the machine is one of some kinds, of any version.
func (d *domcaps) named(kinds ...string) bool {
	for _, kind := range kinds {
		if d.machine.Name == kind || strings.HasPrefix(d.machine.Name, kind+"-") {
			return true
		}
	}
	return false
}

// os are the ways to boot.
func (d *domcaps) os() *domxml.DomainCapsOS {
	kinds := enum("firmware")
	loader := &domxml.DomainCapsLoader{Supported: domxml.Yes}
	secure := false
	seen := map[string]bool{}
	for _, f := range d.facts.Firmware {
		if !f.Fits(qemucaps.TargetOf(d.arch), d.machine.Name) || d.facts.Exists != nil && !d.facts.Exists(f.Image()) {
			continue
		}
		for kind, name := range map[string]string{"bios": "bios", "uefi": "efi"} {
			seen[name] = seen[name] || f.Is(kind)
		}
		secure = secure || f.Has("secure-boot") && f.Has("requires-smm")
		if path := f.Image(); !seen[path] {
			seen[path] = true
			loader.Paths = append(loader.Paths, path)
		}
	}
	kinds.when(seen["bios"], "bios").when(seen["efi"], "efi")
	loader.Enums = feature(
		enum("type").always("rom", "pflash"),
		enum("readonly").always("yes", "no"),
		enum("secure").when(secure, "yes").always("no"),
	).Enums
	return &domxml.DomainCapsOS{Supported: domxml.Yes, Enums: feature(kinds).Enums, Loader: loader}
}

func (d *domcaps) memoryBacking() *domxml.DomainCapsFeature {
	return feature(enum("sourceType").always("file", "anonymous").when(d.e.HasType("memory-backend-memfd"), "memfd"))
}
