package qemucaps

// targets are the emulators' names of processors, with libvirt's where those
// differ.
var targets = map[string]string{
	"aarch64": "", "alpha": "", "arm": "armv7l", "avr": "", "hppa": "parisc", "i386": "i686", "loongarch64": "", "m68k": "",
	"microblaze": "", "microblazeel": "", "mips": "", "mips64": "", "mips64el": "", "mipsel": "", "or1k": "or32", "ppc": "",
	"ppc64": "", "riscv32": "", "riscv64": "", "s390x": "", "sh4": "", "sh4eb": "", "sparc": "", "sparc64": "", "x86_64": "",
	"xtensa": "", "xtensaeb": "",
}

// archOf is libvirt's name of a target.
func archOf(target string) string {
	if arch := targets[target]; arch != "" {
		return arch
	}
	return target
}

// TargetOf is the emulators' name of a processor that libvirt knows: i386 for
// i686; "" for one that has no emulator of its own name.
func TargetOf(arch string) string {
	switch arch {
	case "armv6l":
		return "arm"
	case "ppc64le":
		return "ppc64"
	}
	for target := range targets {
		if archOf(target) == arch {
			return target
		}
	}
	return ""
}
