package qemupersonality

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/internal/firmware"
	"github.com/govirtd/govirtd/protocol/vir"
)

// recordedEmulator is one of those that were probed once.
func recordedEmulator(t *testing.T, name string) *qemucaps.Emulator {
	t.Helper()
	f, err := os.Open("../../qemucaps/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := qemucaps.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// cpuModels is the map of the chroot of the reference.
func cpuModels(t *testing.T) *cpumap.Map {
	t.Helper()
	dir := os.Getenv("GOVIRTD_CPU_MAP")
	if dir == "" {
		dir = "/var/cache/govirtd/trixie" + cpumap.Dir
	}
	m, err := cpumap.Cached(dir)
	if errors.Is(err, os.ErrNotExist) && os.Getenv("GOVIRTD_CI") != "1" {
		t.Skipf("no CPU map of libvirt 11.3.0: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ovmf is the firmware of the host where the documents were recorded.
func ovmf(image, machines string, features ...string) *firmware.Descriptor {
	return &firmware.Descriptor{Interfaces: []string{"uefi"}, Features: features,
		Mapping: firmware.Mapping{Device: "flash", Executable: firmware.Image{Filename: "/usr/share/OVMF/" + image}},
		Targets: []firmware.Target{{Architecture: "x86_64", Machines: strings.Split(machines, " ")}}}
}

// inventory is the host where the documents were recorded.
func inventory(t *testing.T) *Inventory {
	t.Helper()
	e := recordedEmulator(t, "qemu-10.0-x86_64.json")
	i386 := *e // it differs by the processors it emulates
	i386.Arch, i386.Path = "i686", "/usr/bin/qemu-system-i386"
	facts := &HostFacts{
		Arch: "x86_64", UUID: "306b4284-545e-45c5-b288-6c24d2d8d644", Owner: "+64055:+64055", MaxKVMCPUs: 1024, PhysAddrBits: 48, Models: cpuModels(t), TPMVersions: []string{"1.2", "2.0"},
		Exists: func(path string) bool { return !strings.HasSuffix(path, "gone.fd") },
		Firmware: []*firmware.Descriptor{
			ovmf("OVMF_CODE_4M.ms.fd", "pc-q35-*", "requires-smm", "secure-boot"),
			ovmf("gone.fd", "pc-q35-*"),
			ovmf("OVMF_CODE_4M.secboot.fd", "pc-q35-*", "requires-smm", "secure-boot"),
			ovmf("OVMF_CODE_4M.fd", "pc-i440fx-* pc-q35-*", "acpi-s3"),
			ovmf("OVMF_CODE_4M.fd", "pc-i440fx-* pc-q35-*", "acpi-s4"),
		},
	}
	return &Inventory{
		Facts:     func(context.Context) (*HostFacts, error) { return facts, nil },
		Emulators: func(context.Context) ([]*qemucaps.Emulator, error) { return []*qemucaps.Emulator{&i386, e}, nil },
		Emulator: func(_ context.Context, path string) (*qemucaps.Emulator, error) {
			switch path {
			case e.Path:
				return e, nil
			case i386.Path:
				return &i386, nil
			case "/usr/bin":
				return nil, &fs.PathError{Op: "execute", Path: path, Err: syscall.EISDIR}
			case "/etc/passwd":
				return nil, &fs.PathError{Op: "execute", Path: path, Err: syscall.EACCES}
			}
			return nil, &fs.PathError{Op: "execute", Path: path, Err: syscall.ENOENT}
		},
	}
}

// query makes a question; "-" stands for what is not named.
func query(emulator, arch, machine, virtType string) drivers.DomainCapabilitiesQuery {
	word := func(s string) *string {
		if s == "-" {
			return nil
		}
		return &s
	}
	return drivers.DomainCapabilitiesQuery{Emulator: word(emulator), Arch: word(arch), Machine: word(machine), VirtType: word(virtType)}
}

// TestDomainCapabilities has documents of the reference for the same emulator
// on the same host.
func TestDomainCapabilities(t *testing.T) {
	i := inventory(t)
	for name, q := range map[string]drivers.DomainCapabilitiesQuery{
		"q35-kvm": query("-", "-", "q35", "-"),
		"pc-qemu": query("/usr/bin/qemu-system-x86_64", "x86_64", "-", "qemu"),
	} {
		want, err := os.ReadFile(filepath.Join("testdata", "domcaps", name+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := i.DomainCapabilities(t.Context(), q)
		if err != nil || got != string(want) {
			t.Errorf("%s: %v\n%s", name, err, corpus.Diff(strings.Split(string(want), "\n"), got))
		}
	}
}

// TestRecordedDomainCapabilities asks for everything that was asked of the
// reference on another host with the same emulator: under TCG all is the same,
// under KVM all but the processors.
func TestRecordedDomainCapabilities(t *testing.T) {
	i := inventory(t)
	rows := map[string]corpus.Answer{}
	asked := 0
	for _, a := range corpus.Answers(t, "ref1130-qemu", "misc") {
		fields, ok := strings.CutPrefix(a.Name, "domcapabilities ")
		if !ok {
			continue
		}
		rows[a.Name] = a
		var q drivers.DomainCapabilitiesQuery
		for field := range strings.FieldsSeq(fields) {
			name, value, _ := strings.Cut(field, "=")
			if value == "None" {
				continue
			}
			switch name {
			case "arch":
				q.Arch = &value
			case "machine":
				q.Machine = &value
			case "virttype":
				q.VirtType = &value
			}
		}
		var row struct {
			SameAs string `json:"same_as"`
		}
		if err := json.Unmarshal(a.Raw, &row); err != nil {
			t.Fatal(err)
		}
		want := a.XML
		if row.SameAs != "" {
			want = rows[row.SameAs].XML
		}
		asked++
		got, err := i.DomainCapabilities(t.Context(), q)
		if !a.OK {
			var e *vir.Error
			if !errors.As(err, &e) || int32(e.Code) != a.Error.Code || int32(e.Domain) != a.Error.Domain || e.Message != a.Error.Message {
				t.Errorf("%s: %v, want %+v", a.Name, err, a.Error)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		if strings.Contains(want, "<domain>kvm</domain>") || q.Arch != nil && *q.Arch == "i686" {
			want, got = withoutCPU(t, want), withoutCPU(t, got)
		}
		if got != want {
			t.Errorf("%s: %s", a.Name, corpus.Diff(strings.Split(want, "\n"), got))
		}
	}
	if asked < 60 {
		t.Errorf("%d questions", asked)
	}
}

// withoutCPU leaves the processors out.
func withoutCPU(t *testing.T, doc string) string {
	t.Helper()
	c, err := domxml.ParseDomainCapabilities([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	c.CPU = nil
	return string(domxml.FormatDomainCapabilities(c))
}

// TestDomainCapabilitiesErrors has answers of the reference.
func TestDomainCapabilitiesErrors(t *testing.T) {
	const x, i386 = "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-system-i386"
	i := inventory(t)
	without := inventory(t)
	bare := *recordedEmulator(t, "qemu-10.0-x86_64.json")
	bare.KVM = false
	without.Emulators = func(context.Context) ([]*qemucaps.Emulator, error) { return []*qemucaps.Emulator{&bare}, nil }
	for _, c := range []struct {
		on   *Inventory
		q    drivers.DomainCapabilitiesQuery
		code vir.ErrorNumber
		text string
	}{
		{i, query("/nonexist", "-", "-", "-"), vir.ErrSystemError, "Cannot check QEMU binary /nonexist: No such file or directory"},
		{i, query("", "-", "-", "-"), vir.ErrSystemError, "Cannot check QEMU binary : No such file or directory"},
		{i, query("/usr/bin", "-", "-", "-"), vir.ErrSystemError, "QEMU binary /usr/bin is not executable: Is a directory"},
		{i, query("/etc/passwd", "-", "-", "-"), vir.ErrSystemError, "QEMU binary /etc/passwd is not executable: Permission denied"},
		{i, query(x, "aarch64", "-", "-"), vir.ErrInvalidArg, "architecture from emulator 'x86_64' doesn't match given architecture 'aarch64'"},
		{i, query(x, "bogus", "-", "-"), vir.ErrInvalidArg, "unknown architecture: bogus"},
		{i, query("-", "", "-", "-"), vir.ErrInvalidArg, "unknown architecture: "},
		{i, query("-", "-", "-", "bogus"), vir.ErrInvalidArg, "unknown virttype: bogus"},
		{i, query("-", "aarch64", "bogus", "bogus"), vir.ErrInvalidArg, "unknown virttype: bogus"},
		{i, query("-", "-", "-", "hvf"), vir.ErrInvalidArg, "Emulator '" + x + "' does not support virt type 'hvf'"},
		{i, query(x, "x86_64", "q35", "vmware"), vir.ErrInvalidArg, "Emulator '" + x + "' does not support virt type 'vmware'"},
		{i, query("-", "-", "", "-"), vir.ErrInvalidArg, "the machine '' is not supported by emulator '" + x + "'"},
		{i, query(x, "-", "none", "kvm"), vir.ErrInvalidArg, "the machine 'none' is not supported by emulator '" + x + "'"},
		{i, query(i386, "-", "-", "-"), vir.ErrInvalidArg, "Emulator '" + i386 + "' does not support arch 'x86_64'"},
		{i, query(i386, "-", "-", "xen"), vir.ErrInvalidArg, "Emulator '" + i386 + "' does not support arch 'x86_64'"},
		{i, query(i386, "-", "bogus", "xen"), vir.ErrInvalidArg, "the machine 'bogus' is not supported by emulator '" + i386 + "'"},
		{i, query("-", "armv7l", "-", "qemu"), vir.ErrConfigUnsupported, "unable to find any emulator to serve 'armv7l' architecture"},
		{without, query("-", "-", "bogus", "kvm"), vir.ErrInvalidArg, "the accel 'kvm' is not supported by '" + x + "' on this host"},
		{without, query("-", "-", "bogus", "hvf"), vir.ErrInvalidArg, "the accel 'hvf' is not supported by '" + x + "' on this host"},
	} {
		_, err := c.on.DomainCapabilities(t.Context(), c.q)
		var e *vir.Error
		if want := vir.Errorf(vir.FromQEMU, c.code, "%s", c.text); !errors.As(err, &e) || e.Code != c.code || e.Domain != want.Domain || e.Message != want.Message {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	// The emulator of 64 bits has guests of 32, too.
	for _, q := range []drivers.DomainCapabilitiesQuery{query(x, "i686", "-", "-"), query("-", "i686", "-", "-")} {
		for _, host := range []*Inventory{i, without} {
			if doc, err := host.DomainCapabilities(t.Context(), q); err != nil || !strings.Contains(doc, "<arch>i686</arch>") {
				t.Error(err)
			}
		}
	}
}

// TestOlderEmulator has what is different in QEMU 7.2, and a host where
// nothing is installed.
func TestOlderEmulator(t *testing.T) {
	e := recordedEmulator(t, "qemu-7.2-x86_64.json")
	m, _ := e.Machine("q35")
	c := (&domcaps{facts: &HostFacts{Arch: "x86_64"}, e: e, arch: "x86_64", machine: m}).document()
	if c.VCPU.Max != 288 || c.Features.AsyncTeardown.Supported != domxml.No || c.Features.PS2.Supported != domxml.Yes {
		t.Errorf("%s", domxml.FormatDomainCapabilities(c))
	}
	if len(c.Devices.TPM.Enums) != 2 || len(c.OS.Loader.Paths) != 0 || c.CPU.Mode("host-model").Supported != domxml.No ||
		c.CPU.Mode("custom").Supported != domxml.No || c.CPU.Mode("maximum").Supported != domxml.Yes {
		t.Errorf("%s", domxml.FormatDomainCapabilities(c))
	}
}
