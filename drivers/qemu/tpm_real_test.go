//go:build linux

package qemu

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestTPM is an emulated module: its process ends with the guest, its state
// stays if the domain has a definition.
func TestTPM(t *testing.T) {
	if _, err := exec.LookPath("swtpm"); err != nil {
		if os.Getenv("GOVIRTD_CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dirs := testDirs(t)
	dirs.Log += "/libvirt/qemu"
	b := newBackend(t, testConfig(t, dirs))
	for _, kept := range []bool{true, false} {
		d := small(t, "module", "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>")
		g, _ := begin(t, b, d, drivers.StartOptions{ID: 1})
		if err := g.KeepStatus(drivers.Status{State: vir.DomainRunning, Domain: g.LiveDocument(), Persistent: kept}); err != nil {
			t.Fatal(err)
		}
		socket := b.tpmSocket(1, "module")
		pid, err := os.ReadFile(tpmPID(socket))
		if err != nil {
			t.Fatal(err)
		}
		var models []string
		if err := g.mon.Run(t.Context(), "query-tpm-models", nil, &models); err != nil || len(models) == 0 {
			t.Errorf("models %v, %v", models, err)
		}
		var modules []struct{ Model string }
		if err := g.mon.Run(t.Context(), "query-tpm", nil, &modules); err != nil || len(modules) != 1 || modules[0].Model != "tpm-crb" {
			t.Errorf("modules %v, %v", modules, err)
		}
		state := filepath.Join(filepath.Dir(dirs.Lib), "swtpm", d.UUID.String(), "tpm2")
		if files, err := os.ReadDir(state); err != nil || len(files) == 0 {
			t.Errorf("state %v, %v", files, err)
		}
		if err := g.Destroy(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		<-g.over
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			line, _ := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/cmdline")
			if !strings.Contains(string(line), socket) {
				break
			}
			if time.Now().After(end) {
				t.Fatal("the module's process stays")
			}
		}
		if _, err := os.Stat(socket); err == nil {
			t.Error("the socket stays")
		}
		if _, err := os.Stat(state); (err == nil) != kept {
			t.Errorf("kept %v: %v", kept, err)
		}
	}
}

// TestMayForget compares with what libvirtd 11.3.0 does when domains with
// variables of firmware and an emulated TPM are undefined.
func TestMayForget(t *testing.T) {
	const nvram, keepNVRAM, tpm, keepTPM = vir.DomainUndefineNVRAM, vir.DomainUndefineKeepNVRAM, vir.DomainUndefineTPM, vir.DomainUndefineKeepTPM
	dir := t.TempDir()
	b := &Backend{cfg: Config{Dirs: Dirs{Lib: dir + "/lib/qemu"}}}
	module := "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"
	for _, c := range []struct {
		module  string
		without bool // there are no files
		flags   vir.DomainUndefineFlags
		want    string // an error, or what is left
	}{
		{"", true, 0, "-"},
		{"", true, nvram | keepNVRAM, "cannot both keep and delete nvram"},
		{"", false, 0, "cannot undefine domain with nvram"},
		{"", false, nvram, "state"},
		{"", false, keepNVRAM, "nvram state"},
		{"", false, nvram | keepNVRAM, "cannot both keep and delete nvram"},
		{"", false, tpm, "cannot undefine domain with nvram"},
		{module, false, nvram, "-"},
		{module, false, keepNVRAM, "nvram"},
		{module, false, nvram | keepTPM, "state"},
		{module, false, nvram | tpm | keepTPM, "cannot both keep and delete TPM"},
		{strings.Replace(module, "/>", "><source type='dir' path='"+dir+"/lib/swtpm'/></backend>", 1), false, nvram | tpm, "state"},
		{strings.Replace(module, "version", "persistent_state='yes' version", 1), false, nvram, "state"},
		{strings.Replace(module, "version", "persistent_state='yes' version", 1), false, nvram | tpm, "-"},
	} {
		vars := dir + "/vars"
		d := parse(t, "<domain type='qemu'><name>a</name><uuid>11111111-2222-3333-4444-0123456789ab</uuid><memory>1</memory>"+
			"<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' type='pflash'>/x</loader><nvram>"+vars+"</nvram></os>"+
			"<features><acpi/></features><devices>"+c.module+"</devices></domain>")
		state := dir + "/lib/swtpm/" + d.UUID.String()
		if !c.without {
			for _, path := range []string{vars, state + "/tpm2/state"} {
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := ""
		if forget, err := b.MayForget(d, c.flags); err != nil {
			got = strings.TrimPrefix(err.Error(), "Requested operation is not valid: ")
		} else if err := forget(); err != nil {
			got = err.Error()
		} else {
			for path, name := range map[string]string{vars: "nvram", state: "state"} {
				if _, err := os.Stat(path); err == nil && name == "nvram" {
					got = strings.TrimSpace(name + " " + got)
				} else if err == nil {
					got = strings.TrimSpace(got + " " + name)
				}
			}
			if got == "" {
				got = "-"
			}
		}
		if got != c.want {
			t.Errorf("%q, files %v, flags %#x: %q, want %q", c.module, !c.without, c.flags, got, c.want)
		}
		os.Remove(vars)
		os.RemoveAll(state)
	}
}
