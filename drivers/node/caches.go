//go:build linux

package node

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// smallestCache is the lowest level of cache that is told about: those of the
// first level belong to one core always.
const smallestCache = 2

// caches are the processors' caches; nil where there are none.
func (h *Host) caches() *domxml.CapabilitiesCaches {
	online, err := h.onlineCPUs()
	if err != nil {
		return nil
	}
	out := &domxml.CapabilitiesCaches{}
	for _, cpu := range online {
		dir := fmt.Sprintf("%s/cpu%d/cache", cpuDir, cpu)
		for _, index := range h.numbered(dir, "index") {
			b, ok := h.bank(fmt.Sprintf("%s/index%d/", dir, index))
			if !ok || b.Level < smallestCache {
				continue
			}
			if !slices.ContainsFunc(out.Banks, func(o domxml.CapabilitiesBank) bool { return order(o, b) == 0 }) {
				out.Banks = append(out.Banks, b)
			}
		}
	}
	if len(out.Banks) == 0 {
		return nil
	}
	slices.SortFunc(out.Banks, order)
	return out
}

// order is that of the document.
func order(a, b domxml.CapabilitiesBank) int {
	return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
}

// bank reads a cache.
func (h *Host) bank(dir string) (b domxml.CapabilitiesBank, ok bool) {
	id, ok1 := h.number(dir + "id")
	level, ok2 := h.number(dir + "level")
	size, ok3 := size(h.word(dir + "size"))
	cpus, err := h.list(dir + "shared_cpu_list")
	if !ok1 || !ok2 || !ok3 || err != nil {
		return b, false
	}
	b.ID, b.Level = uint(id), uint(level)
	switch h.word(dir + "type") {
	case "Unified":
		b.Type = "both"
	case "Instruction":
		b.Type = "code"
	case "Data":
		b.Type = "data"
	default:
		return b, false
	}
	b.Size, b.Unit = pretty(size)
	for _, cpu := range cpus {
		b.CPUs.Add(cpu)
	}
	return b, true
}

// size reads "2048K" as bytes.
func size(word string) (uint64, bool) {
	shift := 0
	for i, unit := range []string{"K", "M", "G"} {
		if rest, ok := strings.CutSuffix(word, unit); ok {
			word, shift = rest, 10*(i+1)
		}
	}
	n, err := strconv.ParseUint(word, 10, 32)
	return n << shift, err == nil
}

// pretty is a number of bytes in the largest unit that makes it whole.
func pretty(n uint64) (uint64, string) {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for n > 0 && n%1024 == 0 && i < len(units)-1 {
		n /= 1024
		i++
	}
	return n, units[i]
}
