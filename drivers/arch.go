package drivers

import "slices"

// architectures are the processors that libvirt has names for.
var architectures = []string{
	"alpha", "aarch64", "armv6l", "armv7l", "armv7b", "cris", "i686", "ia64", "lm32", "loongarch64", "m68k", "microblaze",
	"microblazeel", "mips", "mipsel", "mips64", "mips64el", "or32", "parisc", "parisc64", "ppc", "ppc64", "ppc64le", "ppcemb",
	"riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa", "xtensaeb",
}

// KnownArch reports whether libvirt has a processor of that name.
func KnownArch(name string) bool { return slices.Contains(architectures, name) }

// virtTypes are the kinds of domains by hypervisor.
var virtTypes = []string{
	"qemu", "kqemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "vmware", "hyperv", "vbox", "phyp", "parallels",
	"bhyve", "vz", "hvf",
}

// KnownVirtType reports whether there are domains of that type.
func KnownVirtType(name string) bool { return slices.Contains(virtTypes, name) }
