//go:build linux

package qemu

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What the host's kernel knows of a process. It answers whatever the process
// is doing.

var (
	_ drivers.CPUTimer     = (*Backend)(nil)
	_ drivers.VcpuInformer = (*Guest)(nil)
	_ drivers.CPUStatter   = (*Guest)(nil)
)

// tick is the unit of the kernel's counters of time: USER_HZ is 100 on all
// processors that Go knows.
const tick = 10 * time.Millisecond

// usage is what the kernel has counted for a process or a thread.
type usage struct {
	user, system time.Duration
	cpu          int32 // where it was last
	state        byte
}

func readUsage(path string) (usage, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return usage{}, err
	}
	// The name before it may have anything in it, but no more parentheses come.
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 37 {
		return usage{}, os.ErrInvalid
	}
	u := usage{state: f[0][0]}
	for _, v := range []struct {
		at int
		to *time.Duration
	}{{11, &u.user}, {12, &u.system}} {
		n, err := strconv.ParseInt(f[v.at], 10, 64)
		if err != nil {
			return usage{}, err
		}
		*v.to = time.Duration(n) * tick
	}
	n, err := strconv.ParseInt(f[36], 10, 32)
	u.cpu = int32(n)
	return u, err
}

func (p *process) path(elem ...string) string {
	return filepath.Join(append([]string{"/proc", strconv.Itoa(p.pid)}, elem...)...)
}

func (p *process) usage() (usage, error) { return readUsage(p.path("stat")) }

// frozen reports whether somebody has stopped the process (SIGSTOP): it takes
// no signal but the last one then.
func (p *process) frozen() bool {
	u, err := p.usage()
	return err == nil && (u.state == 'T' || u.state == 't')
}

// memory is what it has of the host's memory, in KiB.
func (p *process) memory() uint64 {
	b, err := os.ReadFile(p.path("statm"))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	n, _ := strconv.ParseUint(f[1], 10, 64)
	return n * uint64(os.Getpagesize()) >> 10
}

// vcpuThreads are the threads of the virtual CPUs, which QEMU names after
// them ("CPU 0/KVM").
func (g *Guest) vcpuThreads() map[int]int {
	dir := g.proc.path("task")
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	threads := map[int]int{}
	for _, e := range list {
		tid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		name, err := os.ReadFile(filepath.Join(dir, e.Name(), "comm"))
		if err != nil {
			continue
		}
		number, ok := strings.CutPrefix(string(name), "CPU ")
		if !ok {
			continue
		}
		number, _, _ = strings.Cut(number, "/")
		if n, err := strconv.Atoi(number); err == nil {
			threads[n] = tid
		}
	}
	return threads
}

// CPUTime is what a guest has used of the host's processors.
func (b *Backend) CPUTime(_ context.Context, _ *domxml.Domain, guest drivers.Guest) (uint64, error) {
	g, ok := guest.(*Guest)
	if !ok {
		return 0, nil
	}
	u, err := g.proc.usage()
	if err != nil {
		return 0, vir.Errorf(vir.FromQEMU, vir.ErrOperationFailed, "cannot read cputime for domain")
	}
	return uint64(u.user + u.system), nil
}

// VcpuInfo tells about the thread of a virtual CPU.
func (g *Guest) VcpuInfo(_ context.Context, vcpu int, _ []bool) (drivers.VcpuInfo, error) {
	tid, ok := g.vcpuThreads()[vcpu]
	if !ok {
		return drivers.VcpuInfo{State: vir.VCPUOffline, CPU: -1}, nil
	}
	u, err := readUsage(g.proc.path("task", strconv.Itoa(tid), "stat"))
	if err != nil {
		return drivers.VcpuInfo{}, errSystem(vir.FromNone, err, "cannot get vCPU placement & pCPU time")
	}
	return drivers.VcpuInfo{State: vir.VCPURunning, CPUTime: uint64(u.user + u.system), CPU: u.cpu}, nil
}

// TotalCPUStats are those of the process.
func (g *Guest) TotalCPUStats(context.Context) ([]drivers.CPUStat, error) {
	u, err := g.proc.usage()
	if err != nil {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrOperationFailed, "cannot read cputime for domain")
	}
	return []drivers.CPUStat{
		{Name: "cpu_time", Value: uint64(u.user + u.system)}, {Name: "user_time", Value: uint64(u.user)}, {Name: "system_time", Value: uint64(u.system)},
	}, nil
}

// CPUStats would be those of each processor, which only a control group has.
func (g *Guest) CPUStats(context.Context, int, int) ([][]drivers.CPUStat, error) {
	return nil, errInvalid("cgroup CPUACCT controller is not mounted")
}

// CPUStatsCPUs counts the host's processors.
func (g *Guest) CPUStatsCPUs(context.Context) (int, error) { return runtime.NumCPU(), nil }
