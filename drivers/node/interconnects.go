//go:build linux

package node

import (
	"fmt"

	"github.com/govirtd/govirtd/domxml"
)

// interconnects are how fast processors reach memory, as far as the firmware
// tells; nil where it does not.
func (h *Host) interconnects(cells []cell) *domxml.CapabilitiesInterconnects {
	out := &domxml.CapabilitiesInterconnects{}
	for _, target := range cells {
		dir := target.dir + "/access0/initiators"
		if target.dir == "" {
			continue
		}
		for _, initiator := range h.numbered(dir, "node") {
			for _, way := range []string{"read", "write"} {
				if n, ok := h.number(fmt.Sprintf("%s/%s_latency", dir, way)); ok && n > 0 {
					out.Latencies = append(out.Latencies, domxml.CapabilitiesLatency{
						Initiator: uint(initiator), Target: uint(target.id), Type: way, Value: n})
				}
				// The kernel has MiB per second.
				if n, ok := h.number(fmt.Sprintf("%s/%s_bandwidth", dir, way)); ok && n > 0 && n < 1<<50 {
					out.Bandwidths = append(out.Bandwidths, domxml.CapabilitiesBandwidth{
						Initiator: uint(initiator), Target: uint(target.id), Type: way, Value: n << 10, Unit: "KiB"})
				}
			}
		}
	}
	if len(out.Latencies)+len(out.Bandwidths) == 0 {
		return nil
	}
	return out
}
