//go:build linux

package qemu

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/govirtd/govirtd/drivers"
)

// TestHostCounters sees a device from the guest's side.
func TestHostCounters(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "vnet0", "statistics")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"tx_bytes", "tx_packets", "tx_errors", "tx_dropped", "rx_bytes", "rx_packets", "rx_errors", "rx_dropped"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strconv.Itoa(i+1)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := drivers.InterfaceStats{RxBytes: 1, RxPackets: 2, RxErrors: 3, RxDrops: 4, TxBytes: 5, TxPackets: 6, TxErrors: 7, TxDrops: 8}
	if got, err := hostCounters(root, "vnet0"); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, device := range []string{"", ".", "..", "a/b", "nosuch"} {
		if _, err := hostCounters(root, device); err == nil {
			t.Errorf("%q has counters", device)
		}
	}
}
