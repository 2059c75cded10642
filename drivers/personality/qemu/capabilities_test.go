package qemupersonality

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestCapabilities writes the document of the reference again from its host's
// part and the emulator: the guests are ours.
func TestCapabilities(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(corpus.Facts(t, "qemu-define-pairs-1130"), "capabilities.xml"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := domxml.ParseCapabilities(text)
	if err != nil {
		t.Fatal(err)
	}
	i := inventory(t)
	i.Host = func(context.Context) (domxml.CapabilitiesHost, error) {
		h := want.Host
		h.UUID, h.MigrationFeatures, h.SecModels = "", nil, nil
		return h, nil
	}
	got, err := i.Capabilities(t.Context())
	if err != nil || strings.TrimSpace(got) != strings.TrimSpace(string(text)) {
		t.Errorf("%v\n%s", err, corpus.Diff(strings.Split(string(text), "\n"), got))
	}
}

// TestManyEmulators has the order and the features of guests of other
// processors, as the reference told them of stand-ins.
func TestManyEmulators(t *testing.T) {
	base := recordedEmulator(t, "qemu-10.0-x86_64.json")
	var emulators []*qemucaps.Emulator
	for _, arch := range []string{"x86_64", "sparc", "s390x", "riscv64", "ppc64", "microblaze", "loongarch64", "aarch64", "armv7l", "alpha"} {
		e := *base
		e.Arch, e.Path, e.KVM = arch, "/usr/bin/qemu-system-"+qemucaps.TargetOf(arch), arch == "x86_64"
		emulators = append(emulators, &e)
	}
	c := capabilities(domxml.CapabilitiesHost{}, &HostFacts{Arch: "x86_64"}, emulators)
	var got []string
	for _, g := range c.Guests {
		line := g.Arch.Name + " " + strings.TrimPrefix(g.Arch.Emulator, "/usr/bin/qemu-system-")
		for _, d := range g.Arch.Domains {
			line += " " + d.Type
		}
		for _, f := range g.Features.List {
			if n := f.XMLName.Local; n == "pae" || n == "acpi" || n == "apic" {
				line += " " + n
			}
		}
		got = append(got, line)
	}
	want := []string{"alpha alpha qemu", "armv6l arm qemu", "armv7l arm qemu", "aarch64 aarch64 qemu acpi", "i686 x86_64 qemu kvm pae acpi apic",
		"loongarch64 loongarch64 qemu acpi", "microblaze microblaze qemu", "ppc64 ppc64 qemu", "ppc64le ppc64 qemu", "riscv64 riscv64 qemu",
		"s390x s390x qemu", "sparc sparc qemu", "x86_64 x86_64 qemu kvm acpi apic"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	// A user's daemon has no owners to give to guests.
	if len(c.Host.SecModels) != 1 || c.Host.SecModels[0].Model != "none" {
		t.Errorf("%+v", c.Host.SecModels)
	}
}

// TestMaxVcpus has the answers of the reference.
func TestMaxVcpus(t *testing.T) {
	i := inventory(t)
	for name, want := range map[string]int{"": 16, "qemu": 16, "Qemu": 16, "kvm": 1024, "KVM": 1024} {
		if got, err := i.MaxVcpus(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	for _, name := range []string{"xen", "hvf", "bogus"} {
		_, err := i.MaxVcpus(t.Context(), name)
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != vir.ErrInvalidArg || e.Domain != vir.FromQEMU || e.Message != "invalid argument: unknown type '"+name+"'" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCPUModelNames has the answers of the reference.
func TestCPUModelNames(t *testing.T) {
	i := inventory(t)
	for arch, want := range map[string]int{"x86_64": 150, "i686": 150, "ppc64": 7, "aarch64": 0, "s390x": 0} {
		if got, err := i.CPUModelNames(t.Context(), arch); err != nil || len(got) != want {
			t.Errorf("%s: %d, %v", arch, len(got), err)
		}
	}
	for arch, want := range map[string]vir.Error{
		"bogus": {Code: vir.ErrInvalidArg, Domain: vir.FromQEMU, Message: "invalid argument: cannot find architecture bogus"},
		"sparc": {Code: vir.ErrNoSupport, Domain: vir.FromCPU,
			Message: "this function is not supported by the connection driver: 'sparc' architecture is not supported by CPU driver"},
	} {
		_, err := i.CPUModelNames(t.Context(), arch)
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != want.Code || e.Domain != want.Domain || e.Message != want.Message {
			t.Errorf("%s: %v", arch, err)
		}
	}
}
