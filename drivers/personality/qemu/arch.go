package qemupersonality

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// definition is a document on its way, with the emulator that it is for.
type definition struct {
	*domxml.Domain
	cfg *Config
	emu *qemucaps.Emulator
}

// isX86 says whether the guest is a PC of any kind.
func (d *definition) isX86() bool { return d.arch("x86_64", "i686") }

func (d *definition) isARM() bool {
	return d.arch("armv6l", "armv7b", "armv7l", "aarch64")
}

func (d *definition) isPPC64() bool { return d.arch("ppc64", "ppc64le") }
func (d *definition) isPPC() bool   { return d.arch("ppc", "ppc64", "ppc64le") }
func (d *definition) isRISCV() bool { return d.arch("riscv32", "riscv64") }
func (d *definition) isS390() bool  { return d.arch("s390", "s390x") }
func (d *definition) isLoongArch() bool {
	return d.arch("loongarch64")
}

func (d *definition) arch(names ...string) bool { return slices.Contains(names, d.OS.Type.Arch) }

// machine says whether the name of the machine is one of some, or a version of
// one: pc-q35 fits pc-q35-10.0.
func (d *definition) machine(names ...string) bool {
	m := d.OS.Type.Machine
	return slices.ContainsFunc(names, func(n string) bool { return m == n || strings.HasPrefix(m, n+"-") })
}

// isI440FX is the older kind of PC.
func (d *definition) isI440FX() bool {
	if !d.isX86() {
		return false
	}
	m := d.OS.Type.Machine
	return m == "pc" || strings.HasPrefix(m, "pc-0.") || strings.HasPrefix(m, "pc-1.") || d.machine("pc-i440fx", "rhel")
}

// isQ35 is the kind of PC that has PCI Express.
func (d *definition) isQ35() bool { return d.isX86() && d.machine("q35", "pc-q35") }

func (d *definition) isISAPC() bool   { return d.isX86() && d.machine("isapc") }
func (d *definition) isMicroVM() bool { return d.isX86() && d.machine("microvm") }

// isARMVirt, isRISCVVirt and isLoongArchVirt are machines that exist as virtual
// ones only.
func (d *definition) isARMVirt() bool       { return d.isARM() && d.machine("virt") }
func (d *definition) isRISCVVirt() bool     { return d.isRISCV() && d.machine("virt") }
func (d *definition) isLoongArchVirt() bool { return d.isLoongArch() && d.machine("virt") }

func (d *definition) isVirt() bool {
	return d.isARMVirt() || d.isRISCVVirt() || d.isLoongArchVirt()
}

func (d *definition) isPSeries() bool { return d.isPPC64() && d.machine("pseries") }
func (d *definition) isPowerNV() bool {
	return d.isPPC64() && (d.machine("powernv") || strings.HasPrefix(d.OS.Type.Machine, "powernv"))
}
func (d *definition) isS390CCW() bool { return d.isS390() && d.machine("s390-ccw-virtio") }

// hasBuiltinIDE says whether the board has IDE.
func (d *definition) hasBuiltinIDE() bool {
	if d.isPPC() && d.machine("g3beige", "mac99") {
		return true
	}
	return d.isI440FX() || d.arch("alpha") && d.machine("clipper") ||
		d.arch("mips", "mipsel", "mips64", "mips64el") && (d.machine("malta") || strings.HasPrefix(d.OS.Type.Machine, "mips"))
}

// hasPCIeRoot looks for what the devices are plugged into.
func (d *definition) hasPCIeRoot() bool { return d.rootModel() == "pcie-root" }

func (d *definition) rootModel() string {
	if c := d.Controller(domxml.ControllerPCI, 0); c != nil {
		return c.Model
	}
	return ""
}
