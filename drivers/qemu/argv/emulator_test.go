package argv

import (
	"strings"

	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// qemu10 is what the tests know of QEMU 10.0: its machines, and the devices
// that the builder asks about.
func qemu10() *qemucaps.Emulator {
	e := &qemucaps.Emulator{
		Path: "/usr/bin/qemu-system-x86_64", Arch: "x86_64", Version: 10000002,
		Types: map[string][]string{"thread-context": nil},
	}
	for _, v := range strings.Fields("10.0 9.2 9.1 9.0 8.2 8.1 8.0 7.2 7.1 7.0 6.2 6.1 6.0 5.2 5.1 5.0 4.2 4.1 4.0 3.1 3.0 2.12 2.11 2.10 2.9 2.8 2.7 2.6 2.5 2.4") {
		for family, alias := range map[string]string{"i440fx": "pc", "q35": "q35"} {
			m := qemucaps.Machine{Name: "pc-" + family + "-" + v, MaxCPUs: 255, HotplugCPU: true, DefaultCPU: "qemu64-x86_64-cpu", DefaultRAM: "pc.ram", ACPI: true}
			if v == "10.0" {
				m.Alias = alias
			}
			e.Machines = append(e.Machines, m)
		}
	}
	return e
}
