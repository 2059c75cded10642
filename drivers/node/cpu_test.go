//go:build linux

package node

import (
	"fmt"
	"maps"
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// cpus are CPUs 0 to n-1 with their places: socket, core and siblings of each.
func cpus(places ...[3]any) map[string]string {
	files := map[string]string{}
	for i, p := range places {
		dir := fmt.Sprintf("%s/cpu%d/topology/", cpuDir, i)
		files[dir+"physical_package_id"] = fmt.Sprint(p[0], "\n")
		files[dir+"core_id"] = fmt.Sprint(p[1], "\n")
		files[dir+"thread_siblings_list"] = fmt.Sprint(p[2], "\n")
		files[dir+"die_id"] = "-1\n"
	}
	return files
}

// merge puts files together.
func merge(sets ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, s := range sets {
		maps.Copy(out, s)
	}
	return out
}

// twoCells is a host of two cells, each with a socket of two cores with two
// threads, with a few huge pages in the second cell.
var twoCells = merge(
	cpus([3]any{0, 0, "0,4"}, [3]any{1, 0, "1,5"}, [3]any{0, 1, "2,6"}, [3]any{1, 1, "3,7"},
		[3]any{0, 0, "0,4"}, [3]any{1, 0, "1,5"}, [3]any{0, 1, "2,6"}, [3]any{1, 1, "3,7"}),
	map[string]string{
		cpuDir + "/online": "0-7\n", cpuDir + "/present": "0-7\n",
		nodeDir + "/online":                                          "0-1\n",
		nodeDir + "/node0/cpulist":                                   "0,2,4,6\n",
		nodeDir + "/node1/cpulist":                                   "1,3,5,7\n",
		nodeDir + "/node0/distance":                                  "10 21\n",
		nodeDir + "/node1/distance":                                  "21 10\n",
		nodeDir + "/node0/meminfo":                                   "Node 0 MemTotal:       1000000 kB\nNode 0 MemFree:        400000 kB\n",
		nodeDir + "/node1/meminfo":                                   "Node 1 MemTotal:       2000000 kB\nNode 1 MemFree:        800000 kB\n",
		nodeDir + "/node0/hugepages/hugepages-2048kB/nr_hugepages":   "0\n",
		nodeDir + "/node0/hugepages/hugepages-2048kB/free_hugepages": "0\n",
		nodeDir + "/node1/hugepages/hugepages-2048kB/nr_hugepages":   "16\n",
		nodeDir + "/node1/hugepages/hugepages-2048kB/free_hugepages": "5\n",
		"sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages":      "16\n",
		"sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages":    "5\n",
		"proc/meminfo": "MemTotal:        3500000 kB\nMemFree:         1200000 kB\nMemAvailable: 2000000 kB\nBuffers: 70000 kB\nCached: 500000 kB\n",
		"proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmicrocode\t: 0x2b000590\ncpu MHz\t\t: 2593.906\naddress sizes\t: 46 bits physical, 57 bits virtual\n\nprocessor\t: 1\ncpu MHz\t\t: 800.000\n",
		"proc/stat":    "cpu  100 20 30 400 5 6 7 0 0 0\ncpu0 50 10 15 200 2 3 4 0 0 0\ncpu1 50 10 15 200 3 3 3 0 0 0\nintr 1\n",
	})

func TestNodeInfo(t *testing.T) {
	h, _ := tree(twoCells)
	got, err := h.NodeInfo(t.Context())
	want := drivers.NodeInfo{Model: "x86_64", Memory: 3000000, CPUs: 8, MHz: 2593, Nodes: 2, Sockets: 1, Cores: 2, Threads: 2}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}

	// A CPU that is offline has no place, but counts.
	h, _ = tree(merge(twoCells, map[string]string{cpuDir + "/online": "0-6\n"}))
	want.CPUs = 7
	if got, err = h.NodeInfo(t.Context()); err != nil || got != want {
		t.Errorf("one offline: %+v, %v", got, err)
	}
	m, err := h.CPUMap(t.Context())
	if err != nil || !reflect.DeepEqual(m, []bool{true, true, true, true, true, true, true, false}) {
		t.Errorf("one offline: %v, %v", m, err)
	}

	// Sockets of different sizes do not multiply.
	h, _ = tree(merge(cpus([3]any{0, 0, "0"}, [3]any{0, 1, "1"}, [3]any{1, 0, "2"}), map[string]string{cpuDir + "/online": "0-2\n"}))
	want = drivers.NodeInfo{Model: "x86_64", CPUs: 3, Nodes: 1, Sockets: 1, Cores: 3, Threads: 1}
	if got, err = h.NodeInfo(t.Context()); err != nil || got != want {
		t.Errorf("uneven: %+v, %v", got, err)
	}
}

func TestNodeCPUStats(t *testing.T) {
	h, _ := tree(twoCells)
	const ms10 = 10_000_000
	for cpu, want := range map[int][4]uint64{-1: {43, 120, 400, 5}, 0: {22, 60, 200, 2}} {
		got, err := h.NodeCPUStats(t.Context(), cpu)
		wanted := []drivers.NodeCPUStat{{Name: "kernel", Value: want[0] * ms10}, {Name: "user", Value: want[1] * ms10},
			{Name: "idle", Value: want[2] * ms10}, {Name: "iowait", Value: want[3] * ms10}}
		if err != nil || !reflect.DeepEqual(got, wanted) {
			t.Errorf("%d: %v, %v", cpu, got, err)
		}
	}
	_, err := h.NodeCPUStats(t.Context(), 2)
	refused(t, err, vir.ErrInvalidArg, vir.FromNone, "Invalid cpuNum in virHostCPUGetStatsLinux")
}
