//go:build linux

package qemucaps

import (
	"flag"
	"os"
	"testing"
)

var (
	record = flag.String("record", "", "probe the emulator -binary and write the recording to this file")
	binary = flag.String("binary", "/usr/bin/qemu-system-x86_64", "the emulator that -record probes")
)

// TestRecord makes the recordings in testdata:
// go test ./drivers/qemucaps -run TestRecord -record testdata/qemu-7.2-x86_64.json
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("no -record")
	}
	_, err := os.Stat("/dev/kvm")
	e, err := Probe(t.Context(), *binary, Options{KVM: err == nil})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(*record)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := e.Save(f); err != nil {
		t.Fatal(err)
	}
}
