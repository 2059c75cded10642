package domxml

import (
	"math"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// CacheTune gives virtual CPUs a part of the host's caches.
type CacheTune struct {
	VCPUs    CPUSet         `xml:"vcpus,attr"`
	ID       string         `xml:"id,attr,omitempty" vir:"live"`
	Caches   []CacheAlloc   `xml:"cache"`
	Monitors []CacheMonitor `xml:"monitor"`
}

// CacheAlloc is a part of one cache.
type CacheAlloc struct {
	ID    uint   `xml:"id,attr" vir:"required always"`
	Level uint   `xml:"level,attr" vir:"required nonzero"`
	Type  string `xml:"type,attr" vir:"required enum=both|code|data"`
	Size  uint64 `xml:"size,attr" vir:"required"`
	Unit  string `xml:"unit,attr"`
}

// CacheMonitor counts the use of a cache.
type CacheMonitor struct {
	Level uint   `xml:"level,attr" vir:"required nonzero"`
	VCPUs CPUSet `xml:"vcpus,attr"`
}

// MemoryTune gives virtual CPUs a part of the host's memory bandwidth.
type MemoryTune struct {
	VCPUs    CPUSet          `xml:"vcpus,attr"`
	ID       string          `xml:"id,attr,omitempty" vir:"live"`
	Nodes    []MemoryNode    `xml:"node"`
	Monitors []MemoryMonitor `xml:"monitor"`
}

// MemoryNode is a part of the bandwidth of one node, in per cent or MB/s.
type MemoryNode struct {
	ID        uint `xml:"id,attr" vir:"required always"`
	Bandwidth uint `xml:"bandwidth,attr" vir:"required always"`
}

// MemoryMonitor counts the use of memory bandwidth.
type MemoryMonitor struct {
	VCPUs CPUSet `xml:"vcpus,attr"`
}

func (c *CacheAlloc) parsed(*decoder, node) error {
	bytes, err := scaleNumber(c.Size, c.Unit, 1024, math.MaxUint64)
	if err != nil {
		return err
	}
	c.Size, c.Unit = pretty(bytes)
	return nil
}

// pretty is a number of bytes in the largest unit that divides it.
func pretty(bytes uint64) (uint64, string) {
	unit := "B"
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"} {
		if bytes == 0 || bytes%1024 != 0 {
			break
		}
		bytes, unit = bytes/1024, u
	}
	return bytes, unit
}

// parsed refuses what cannot be given twice.
func (c *CacheTune) parsed(_ *decoder, n node) error {
	if c.VCPUs == nil {
		return errMissing("vcpus", n.Name())
	}
	for i, a := range c.Caches {
		for _, b := range c.Caches[:i] {
			if a.Level == b.Level && a.ID == b.ID && (a.Type == b.Type || a.Type == "both" || b.Type == "both") {
				return errResctrl("Colliding cache allocations for cache level '%d' id '%d', type '%s'", a.Level, a.ID, a.Type)
			}
		}
	}
	return checkMonitors(c.VCPUs, mapSets(c.Monitors, func(m CacheMonitor) CPUSet { return m.VCPUs }))
}

func (m *MemoryTune) parsed(_ *decoder, n node) error {
	if m.VCPUs == nil {
		return errMissing("vcpus", n.Name())
	}
	for i, a := range m.Nodes {
		if slices.ContainsFunc(m.Nodes[:i], func(b MemoryNode) bool { return a.ID == b.ID }) {
			return errResctrl("Memory Bandwidth already defined for node %d", a.ID)
		}
	}
	return checkMonitors(m.VCPUs, mapSets(m.Monitors, func(o MemoryMonitor) CPUSet { return o.VCPUs }))
}

func mapSets[T any](list []T, set func(T) CPUSet) (out []CPUSet) {
	for _, v := range list {
		out = append(out, set(v))
	}
	return out
}

// checkMonitors wants every monitor to watch all CPUs of its allocation, or
// some that no other monitor watches.
func checkMonitors(vcpus CPUSet, monitors []CPUSet) error {
	for i, m := range monitors {
		for n := 0; n <= m.Max(); n++ {
			if m.Has(n) && !vcpus.Has(n) {
				return errMonitor()
			}
		}
		for _, o := range monitors[:i] {
			if m.Overlaps(o) && !isWhole(m, vcpus) && !isWhole(o, vcpus) {
				return errMonitor()
			}
		}
	}
	return nil
}

func isWhole(m, vcpus CPUSet) bool { return strings.Compare(m.String(), vcpus.String()) == 0 }

func errMonitor() error {
	return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "Monitor vcpus conflicts with allocation")
}
