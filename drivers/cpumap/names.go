package cpumap

import "github.com/govirtd/govirtd/protocol/vir"

// families are the architectures that libvirt knows CPUs of, by the part of it
// that does.
var families = map[string]string{
	"x86_64": "x86", "i686": "x86", "ppc64": "ppc64", "ppc64le": "ppc64",
	"aarch64": "arm", "armv6l": "arm", "armv7b": "arm", "armv7l": "arm",
	"s390": "s390", "s390x": "s390", "riscv64": "riscv64", "loongarch64": "loongarch64",
}

func errArch(arch string) error {
	return vir.Errorf(vir.FromCPU, vir.ErrNoSupport, "'%s' architecture is not supported by CPU driver", arch)
}

// ModelNames are the models of an architecture, in the order of the map; none
// where the hypervisor decides.
func (m *Map) ModelNames(arch string) ([]string, error) {
	family, ok := families[arch]
	if !ok {
		return nil, errArch(arch)
	}
	switch family {
	case "x86":
		names := make([]string, len(m.x86.models))
		for i, model := range m.x86.models {
			names[i] = model.name
		}
		return names, nil
	case "ppc64":
		return m.ppc64.models, nil
	}
	return nil, nil
}
