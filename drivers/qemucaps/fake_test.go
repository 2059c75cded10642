//go:build linux

package qemucaps

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/internal/qmp/qmptest"
)

// TestMain makes this program an emulator when it is started as one.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "qemu-system-") {
		emulate()
		return
	}
	os.Exit(m.Run())
}

// fakeScript is how a fake emulator behaves; it lies beside it.
type fakeScript struct {
	Arch string
	// Hang never greets; Die ends at the question for properties of this type.
	Hang bool
	Die  string
	// Words go to the standard error, and the emulator ends.
	Words   string
	Machine string
}

// fakeEmulator puts a fake emulator into a new folder.
func fakeEmulator(t *testing.T, name string, s fakeScript) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o755); err != nil {
		t.Fatal(err)
	}
	setScript(t, path, s)
	return path
}

func setScript(t *testing.T, path string, s fakeScript) {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".script", text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// starts are the command lines with which a fake emulator was started.
func starts(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path + ".starts")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// emulate is the fake emulator.
func emulate() {
	path := os.Args[0]
	log, err := os.OpenFile(path+".starts", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(log, os.Getpid(), len(os.Environ()), strings.Join(os.Args[1:], " "))
	text, err := os.ReadFile(path + ".script")
	if err != nil {
		panic(err)
	}
	var script fakeScript
	if err := json.Unmarshal(text, &script); err != nil {
		panic(err)
	}
	if script.Words != "" {
		fmt.Fprintln(os.Stderr, script.Words)
		os.Exit(1)
	}
	if script.Hang {
		time.Sleep(time.Hour)
	}
	kvm := slices.Contains(os.Args, "none,accel=kvm:tcg")
	answer := func(v any) qmptest.Handler { return func(qmptest.Call) (any, error) { return v, nil } }
	type o = map[string]any
	server := &qmptest.Server{Handlers: map[string]qmptest.Handler{
		"query-target":               answer(o{"arch": script.Arch}),
		"query-qmp-schema":           answer([]o{{"name": "STOP", "meta-type": "event", "arg-type": "0"}}),
		"query-commands":             answer([]o{{"name": "query-cpu-definitions"}, {"name": "query-cpu-model-expansion"}}),
		"query-kvm":                  answer(o{"enabled": kvm, "present": true}),
		"query-machines":             answer([]o{{"name": "none"}, {"name": script.Machine, "cpu-max": 4, "is-default": true}}),
		"query-command-line-options": answer([]o{{"option": "sandbox", "parameters": []o{{"name": "spawn"}}}}),
		"query-tpm-models":           answer([]string{"tpm-crb"}),
		"query-cpu-definitions":      answer([]o{{"name": map[bool]string{true: "host", false: "max"}[kvm], "unavailable-features": []string{}}}),
		"qom-list-types":             answer([]o{{"name": "virtio-blk-pci"}, {"name": "virtio-vga-gl"}, {"name": "iothread"}, {"name": "else"}}),
		"qom-list-properties":        answer([]o{{"name": "poll-max-ns"}}),
		"query-cpu-model-expansion":  expansion,
		"query-migrate-capabilities": answer([]o{{"capability": "xbzrle"}}),
		"device-list-properties": func(c qmptest.Call) (any, error) {
			if script.Die != "" && strings.Contains(string(c.Args), script.Die) {
				os.Exit(134)
			}
			return []o{{"name": "iothread"}, {"name": "drive"}}, nil
		},
	}}
	server.Serve(stdio{})
}

// expansion has one feature that migration does not allow.
func expansion(c qmptest.Call) (any, error) {
	migratable := !strings.Contains(string(c.Args), `"migratable":false`)
	static := strings.Contains(string(c.Args), `"static"`)
	props := map[string]any{"invtsc": !migratable, "x2apic": true, "family": 6, "vendor": "GenuineIntel"}
	var in struct{ Model model }
	if err := json.Unmarshal(c.Args, &in); err != nil {
		return nil, err
	}
	if in.Model.Name == "base" {
		props = in.Model.Props
		props["fpu"] = true
	}
	if !static && in.Model.Name != "base" {
		props["hv-time"], props["hv-ipi"], props["hv-spinlocks"] = in.Model.Name == "host", false, 4095
	}
	return map[string]any{"model": model{"base", props}}, nil
}

// stdio is a connection over the standard streams.
type stdio struct{ net.Conn }

func (stdio) Read(p []byte) (int, error)  { return os.Stdin.Read(p) }
func (stdio) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdio) Close() error                { return os.Stdin.Close() }
