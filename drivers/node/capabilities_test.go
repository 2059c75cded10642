//go:build linux

package node

import (
	"fmt"
	"os"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
)

// cache is a cache of some CPUs.
func cache(cpu, index, id, level int, kind, size, shared string) map[string]string {
	dir := fmt.Sprintf("%s/cpu%d/cache/index%d/", cpuDir, cpu, index)
	return map[string]string{dir + "id": fmt.Sprint(id), dir + "level": fmt.Sprint(level), dir + "type": kind,
		dir + "size": size, dir + "shared_cpu_list": shared}
}

// fakeKVM is a hypervisor without a machine behind it.
type fakeKVM struct{}

func (fakeKVM) maxVCPUs() (int, bool)       { return 1024, true }
func (fakeKVM) msr(i uint32) (uint64, bool) { return 1, i == 0x10a }
func (fakeKVM) tsc() (uint64, bool, bool)   { return 2_600_000_000, true, true }

// TestCapabilities has a host with most of what a host can have; the document
// is written as the reference writes those of its own tests.
func TestCapabilities(t *testing.T) {
	h, _ := tree(merge(twoCells,
		cache(0, 0, 0, 1, "Data", "32K", "0,4"), cache(0, 2, 0, 2, "Unified", "1280K", "0,4"), cache(0, 3, 0, 3, "Unified", "36608K", "0,2,4,6"),
		cache(4, 2, 0, 2, "Unified", "1280K", "0,4"), cache(4, 3, 0, 3, "Unified", "36608K", "0,2,4,6"),
		cache(1, 2, 8, 2, "Unified", "2048K", "1,5"), cache(1, 3, 1, 3, "Unified", "32768K", "1,3,5,7"),
		map[string]string{
			cpuDir + "/online": "0-6\n",
			nodeDir + "/node0/memory_side_cache/index1/size":         "10240\n",
			nodeDir + "/node0/memory_side_cache/index1/line_size":    "64\n",
			nodeDir + "/node0/memory_side_cache/index1/indexing":     "0\n",
			nodeDir + "/node0/memory_side_cache/index1/write_policy": "1\n",
			nodeDir + "/node1/access0/initiators/node0/uevent":       "\n",
			nodeDir + "/node1/access0/initiators/read_latency":       "11\n",
			nodeDir + "/node1/access0/initiators/write_bandwidth":    "102\n",
			"sys/power/state":                "freeze mem disk\n",
			"sys/power/disk":                 "[platform] shutdown reboot suspend test_resume\n",
			"sys/kernel/iommu_groups/0/type": "DMA\n",
		}))
	h.kvm = fakeKVM{}
	h.cpuid = func(leaf, _ uint32) (a, b, c, d uint32) {
		switch leaf {
		case 0:
			return 22, 0x756e6547, 0x6c65746e, 0x49656e69 // GenuineIntel
		case 1:
			return 0x806f8, 0, 0, 1<<0 | 1<<25
		}
		return 0, 0, 0, 0
	}
	models, err := cpumap.Load("testdata/cpu_map")
	if err != nil {
		t.Fatal(err)
	}
	cpu, err := h.HostCPU(t.Context(), models)
	if err != nil {
		t.Fatal(err)
	}
	host, err := h.Capabilities(cpu)
	if err != nil {
		t.Fatal(err)
	}
	got := string(domxml.FormatCapabilities(&domxml.Capabilities{Host: host}))
	if want := testdata(t, "capabilities.xml"); got != want {
		t.Errorf("%s", got)
	}
	if n := h.MaxKVMCPUs(); n != 1024 {
		t.Errorf("%d virtual CPUs", n)
	}
}

// TestUnknownCPU has a processor that the map has no model for.
func TestUnknownCPU(t *testing.T) {
	h, _ := tree(twoCells)
	cpu, err := h.HostCPU(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `<cpu>
  <arch>x86_64</arch>
  <topology sockets='1' dies='1' clusters='1' cores='2' threads='2'/>
  <pages unit='KiB' size='4'/>
  <pages unit='KiB' size='2048'/>
</cpu>
`
	if got := string(domxml.FormatHostCPU(cpu)); got != want {
		t.Errorf("%s", got)
	}
}

// TestSmallHost has nothing that could be left out.
func TestSmallHost(t *testing.T) {
	h, _ := tree(map[string]string{cpuDir + "/online": "0\n", "proc/meminfo": "MemTotal: 1000 kB\n"})
	host, err := h.Capabilities(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `<capabilities>

  <host>
    <power_management/>
    <iommu support='no'/>
    <topology>
      <cells num='1'>
        <cell id='0'>
          <memory unit='KiB'>1000</memory>
          <pages unit='KiB' size='4'>250</pages>
          <cpus num='1'>
            <cpu id='0' socket_id='0' die_id='0' cluster_id='0' core_id='0' siblings='0'/>
          </cpus>
        </cell>
      </cells>
    </topology>
  </host>

</capabilities>
`
	if got := string(domxml.FormatCapabilities(&domxml.Capabilities{Host: host})); got != want {
		t.Errorf("%s", got)
	}
}

// TestThisHost asks the machine itself for what every machine has.
func TestThisHost(t *testing.T) {
	h := New()
	models, err := cpumap.Load(cpumap.Dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	cpu, err := h.HostCPU(t.Context(), models)
	if err != nil {
		t.Fatal(err)
	}
	info, err := h.NodeInfo(t.Context())
	if err != nil || info.CPUs == 0 || info.Memory == 0 || cpu.Arch != info.Model {
		t.Errorf("%+v, %v", info, err)
	}
	if models != nil && h.Arch() == "x86_64" && (cpu.Model == "" || cpu.Signature == nil) {
		t.Errorf("%s", domxml.FormatHostCPU(cpu))
	}
	host, err := h.Capabilities(cpu)
	if err != nil || len(host.Topology.Cells.Cells) == 0 {
		t.Errorf("%+v, %v", host, err)
	}
}
