//go:build linux

package qemucaps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// gone fails unless every process that was started as path is no more.
func gone(t *testing.T, path string) {
	t.Helper()
	for _, line := range starts(t, path) {
		var pid int
		fmt.Sscan(line, &pid)
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is still there: %v", pid, err)
		}
	}
}

func TestProbe(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-i386", fakeScript{Arch: "i386", Machine: "pc-fake"})
	e, err := Probe(t.Context(), path, Options{KVM: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &Emulator{
		Path: path, Arch: "i686", Version: 7002022, Package: "Debian 1:7.2+dfsg-7", KVM: true,
		Machines: []Machine{{Name: "pc-fake", MaxCPUs: 4, Default: true, ACPI: true}},
		KVMCPUs:  []CPU{{Name: "host", Known: true}},
		TCGCPUs:  []CPU{{Name: "max", Known: true}},
		KVMHost: &Expansion{Props: map[string]any{"invtsc": true, "x2apic": true, "family": 6.0, "vendor": "GenuineIntel", "fpu": true},
			NotMigratable: []string{"invtsc"}, HyperV: []string{"hv-spinlocks", "hv-time"}},
		TCGMax: &Expansion{Props: map[string]any{"invtsc": true, "x2apic": true, "family": 6.0, "vendor": "GenuineIntel", "fpu": true},
			NotMigratable: []string{"invtsc"}, HyperV: []string{"hv-spinlocks"}},
		Types: map[string][]string{"virtio-blk-pci": {"drive", "iothread"}, "virtio-vga-gl": {"drive", "iothread"},
			"iothread": {"poll-max-ns"}, "else": nil},
		Commands: []string{"query-cpu-definitions", "query-cpu-model-expansion"}, Events: []string{"STOP"},
		Options: map[string][]string{"sandbox": {"spawn"}}, Migration: []string{"xbzrle"}, TPMModels: []string{"tpm-crb"},
		Schema: Schema{"STOP": {Meta: "event", Arg: "0"}},
	}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got  %+v\nwant %+v", e, want)
	}
	// Nothing of our environment, and the second time without KVM.
	lines := starts(t, path)
	for i, accel := range []string{"kvm:tcg", "tcg"} {
		if i >= len(lines) || !strings.HasSuffix(lines[i], " 3 -S -no-user-config -nodefaults -nographic -machine none,accel="+accel+" -qmp stdio") {
			t.Fatalf("started as %q", lines)
		}
	}
	gone(t, path)
}

// TestProbeStrikesTypes has an emulator that one of its own types takes down.
func TestProbeStrikesTypes(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Arch: "x86_64", Machine: "pc", Die: "virtio-vga-gl"})
	e, err := Probe(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e.HasType("virtio-vga-gl") || !e.HasProperty("virtio-blk-pci", "drive") || !e.HasProperty("iothread", "poll-max-ns") || e.KVM {
		t.Errorf("types %v, kvm %t", e.Types, e.KVM)
	}
	if n := len(starts(t, path)); n != 3 {
		t.Errorf("started %d times", n)
	}
	gone(t, path)
}

func TestProbeHanging(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Hang: true})
	begun := time.Now()
	_, err := Probe(t.Context(), path, Options{Timeout: 300 * time.Millisecond})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
	gone(t, path)
}

func TestProbeRefusing(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Words: "qemu-system-x86_64: no way\n" + strings.Repeat("more", 1<<20)})
	_, err := Probe(t.Context(), path, Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "Failed to probe QEMU binary with QMP: qemu-system-x86_64: no way\nmore") || len(err.Error()) > 8<<10 {
		t.Errorf("%.100v", err)
	}
	if _, err := Probe(t.Context(), "/nonexistent/qemu-system-x86_64", Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
