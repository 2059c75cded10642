//go:build linux

package qemu

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.InterfaceStatter = (*Guest)(nil)

// InterfaceStats are the host's counters of a device, from the guest's side:
// what the host receives there, the guest has sent.
func (g *Guest) InterfaceStats(_ context.Context, device string) (drivers.InterfaceStats, error) {
	return hostCounters("/sys/class/net", device)
}

func hostCounters(root, device string) (s drivers.InterfaceStats, err error) {
	if device == "" || strings.ContainsAny(device, "/") || device == "." || device == ".." {
		return s, vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "'%s' is not a known interface", device)
	}
	dir := filepath.Join(root, device, "statistics")
	for name, to := range map[string]*int64{
		"tx_bytes": &s.RxBytes, "tx_packets": &s.RxPackets, "tx_errors": &s.RxErrors, "tx_dropped": &s.RxDrops,
		"rx_bytes": &s.TxBytes, "rx_packets": &s.TxPackets, "rx_errors": &s.TxErrors, "rx_dropped": &s.TxDrops,
	} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return s, errInternal("/proc/net/dev: Interface not found")
		}
		if *to, err = strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err != nil {
			return s, errInternal("cannot read the counters of '%s'", device)
		}
	}
	return s, nil
}
