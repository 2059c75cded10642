//go:build linux

package node

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestUUID(t *testing.T) {
	for text, want := range map[string]string{
		"4C4C4544-0035-5710-8051-B2C04F564C31\n": "4c4c4544-0035-5710-8051-b2c04f564c31",
		"00000000-0000-0000-0000-000000000000\n": "", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n": "", "Not Settable\n": "", "": "",
	} {
		h, _ := tree(map[string]string{"sys/class/dmi/id/product_uuid": text})
		if got := h.UUID(); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestVFIO(t *testing.T) {
	h, _ := tree(map[string]string{"dev/vfio/vfio": "", "sys/kernel/iommu_groups/7/type": "DMA"})
	if !h.VFIO() {
		t.Error("none with all that is needed")
	}
	h, _ = tree(map[string]string{"dev/vfio/vfio": ""})
	if h.VFIO() {
		t.Error("without groups of devices")
	}
}

func TestSEVGuests(t *testing.T) {
	h, _ := tree(nil)
	if a, b := h.SEVGuests(); a != 0 || b != 0 {
		t.Errorf("%d, %d on a processor without", a, b)
	}
	h.cpuid = func(leaf, _ uint32) (a, b, c, d uint32) { return 0, 0, 509, 451 }
	if a, b := h.SEVGuests(); a != 59 || b != 450 {
		t.Errorf("%d, %d", a, b)
	}
}

func TestTPMVersions(t *testing.T) {
	dir := t.TempDir()
	put := func(name, script string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put("swtpm", "")
	put("swtpm_setup", `[ "$1" = --print-capabilities ] && echo '{ "type": "swtpm_setup", "features": [ "tpm-2.0", "cmdarg-keyfile-fd" ] }'`)
	if got := tpmVersions(t.Context(), []string{dir}, time.Minute); got != nil {
		t.Errorf("%v without swtpm_ioctl", got)
	}
	put("swtpm_ioctl", "")
	if got := tpmVersions(t.Context(), []string{"/nonexistent", dir}, time.Minute); !slices.Equal(got, []string{"2.0"}) {
		t.Errorf("%v", got)
	}
	put("swtpm_setup", "exit 1")
	if got := tpmVersions(t.Context(), []string{dir}, time.Minute); got != nil {
		t.Errorf("%v of one that fails", got)
	}
	put("swtpm_setup", "sleep 60 & sleep 60")
	begun := time.Now()
	if got := tpmVersions(t.Context(), []string{dir}, 200*time.Millisecond); got != nil || time.Since(begun) > 20*time.Second {
		t.Errorf("%v after %v", got, time.Since(begun))
	}
}
