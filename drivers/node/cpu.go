//go:build linux

package node

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/drivers"
)

const cpuDir = "sys/devices/system/cpu"

// processor is one logical CPU.
type processor struct {
	id     int
	online bool
	node   int
	// The kernel's numbers; -1 where it does not say, as for CPUs that are
	// offline.
	socket, die, cluster, core int
	// siblings are the threads of the same core, itself included.
	siblings []int
}

// onlineCPUs are the CPUs that are used.
func (h *Host) onlineCPUs() ([]int, error) {
	list, err := h.list(cpuDir + "/online")
	if err == nil {
		return list, nil
	}
	// Without the file, as in some containers, there is one at least.
	if all := h.numbered(cpuDir, "cpu"); len(all) > 0 {
		return all, nil
	}
	return nil, err
}

// CPUMap has an entry for every CPU that is present.
func (h *Host) CPUMap(context.Context) ([]bool, error) {
	online, err := h.onlineCPUs()
	if err != nil {
		return nil, err
	}
	present, err := h.list(cpuDir + "/present")
	if err != nil || len(present) == 0 {
		present = online
	}
	if len(present) == 0 {
		return nil, nil
	}
	out := make([]bool, max(slices.Max(present), slices.Max(append(online, 0)))+1)
	for _, id := range online {
		out[id] = true
	}
	return out, nil
}

// processors are all CPUs with their places.
func (h *Host) processors() ([]processor, error) {
	online, err := h.onlineCPUs()
	if err != nil {
		return nil, err
	}
	ids := h.numbered(cpuDir, "cpu")
	if len(ids) == 0 {
		ids = online
	}
	node := map[int]int{}
	for _, cell := range h.cells() {
		for _, id := range cell.cpus {
			node[id] = cell.id
		}
	}
	out := make([]processor, 0, len(ids))
	for _, id := range ids {
		p := processor{id: id, online: slices.Contains(online, id), node: node[id], socket: -1, die: -1, cluster: -1, core: -1}
		if p.online {
			dir := fmt.Sprintf("%s/cpu%d/topology/", cpuDir, id)
			p.socket = h.place(dir + "physical_package_id")
			p.die = h.place(dir + "die_id")
			p.cluster = h.place(dir + "cluster_id")
			p.core = h.place(dir + "core_id")
			p.siblings, err = h.list(dir + "thread_siblings_list")
			if err != nil || len(p.siblings) == 0 {
				p.siblings = []int{id}
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// place is a number of the topology; the kernel says -1 where it does not
// know, which is 0 to clients.
func (h *Host) place(name string) int {
	n, err := strconv.Atoi(h.word(name))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// NodeInfo is the host's size. Where sockets, cores and threads do not
// multiply to the number of CPUs, all CPUs are cores of one socket.
func (h *Host) NodeInfo(context.Context) (drivers.NodeInfo, error) {
	cpus, err := h.processors()
	if err != nil {
		return drivers.NodeInfo{}, err
	}
	info := drivers.NodeInfo{Model: h.arch, MHz: h.megahertz(), Memory: h.memory(), Nodes: 1}
	type core struct{ die, cluster, core int }
	cores := map[[2]int]map[core]bool{} // by node and socket
	sockets := map[int]map[int]bool{}   // by node
	offline := uint32(0)
	for _, p := range cpus {
		if !p.online {
			offline++
			continue
		}
		info.CPUs++
		socket := [2]int{p.node, p.socket}
		if cores[socket] == nil {
			cores[socket] = map[core]bool{}
		}
		if sockets[p.node] == nil {
			sockets[p.node] = map[int]bool{}
		}
		sockets[p.node][p.socket] = true
		cores[socket][core{p.die, p.cluster, p.core}] = true
		info.Threads = max(info.Threads, uint32(len(p.siblings)))
	}
	info.Nodes = uint32(max(1, len(h.cells())))
	for _, s := range sockets {
		info.Sockets = max(info.Sockets, uint32(len(s)))
	}
	for _, c := range cores {
		info.Cores = max(info.Cores, uint32(len(c)))
	}
	if info.Nodes*info.Sockets*info.Cores*info.Threads != info.CPUs+offline {
		info.Nodes, info.Sockets, info.Cores, info.Threads = 1, 1, info.CPUs+offline, 1
	}
	return info, nil
}

// megahertz is the speed of the first CPU, 0 where the kernel does not say.
func (h *Host) megahertz() uint32 {
	text, err := h.read("proc/cpuinfo")
	if err != nil {
		return 0
	}
	prefix := "cpu MHz"
	switch h.arch {
	case "ppc64", "ppc64le":
		prefix = "clock"
	case "s390x":
		prefix = "cpu MHz dynamic"
	case "aarch64", "armv7l", "armv6l":
		prefix = "BogoMIPS"
	}
	return uint32(max(0, leadingFloat(field(text, prefix))))
}

// field is the value of the first line of a file with names and values.
func field(text, name string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// leadingFloat is the number at the beginning of "2300.000MHz".
func leadingFloat(s string) float64 {
	end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		s = s[:end]
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f > 1e6 {
		return 0
	}
	return f
}
