//go:build linux

package qemu

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.DomainStatter = (*Backend)(nil)

// stats are the groups in the order in which they are told.
var stats = []struct {
	bit vir.DomainStatsTypes
	add func(*figures)
}{
	{vir.DomainStatsCPUTotal, (*figures).cpu}, {vir.DomainStatsBalloon, (*figures).balloon}, {vir.DomainStatsVCPU, (*figures).vcpus},
	{vir.DomainStatsInterface, (*figures).interfaces}, {vir.DomainStatsBlock, (*figures).blocks},
	{vir.DomainStatsIOThread, (*figures).iothreads}, {vir.DomainStatsDirtyrate, (*figures).dirtyRate},
}

// DomainStatsGroups are those of stats.
func (*Backend) DomainStatsGroups() (all vir.DomainStatsTypes) {
	for _, s := range stats {
		all |= s.bit
	}
	return all
}

// DomainStats collects figures of a domain.
func (b *Backend) DomainStats(ctx context.Context, q drivers.DomainStatsQuery) []drivers.DomainStat {
	// One of many guests is not waited for, even if nothing is known of it.
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Times.Glance*bulkGlances)
	defer cancel()
	f := &figures{ctx: ctx, b: b, d: q.Domain, backing: q.Backing}
	f.g, _ = q.Guest.(*Guest)
	for _, s := range stats {
		if q.Groups&s.bit != 0 {
			s.add(f)
		}
	}
	return f.list
}

// bulkGlances is how much longer a guest is waited for that was never asked.
const bulkGlances = 8

// figures are those of one domain in the making.
type figures struct {
	ctx     context.Context
	b       *Backend
	d       *domxml.Domain
	g       *Guest // nil while inactive
	backing bool
	list    []drivers.DomainStat
}

func (f *figures) add(name string, value any) {
	f.list = append(f.list, drivers.DomainStat{Name: name, Value: value})
}

func (f *figures) cpu() {
	if f.g == nil {
		return
	}
	if u, err := f.g.proc.usage(); err == nil {
		f.add("cpu.time", uint64(u.user+u.system))
		f.add("cpu.user", uint64(u.user))
		f.add("cpu.system", uint64(u.system))
	}
	f.add("cpu.cache.monitor.count", uint32(0))
	// Only KVM waits for its guests, and tells from 7.1 on.
	success, fail, err := f.g.haltPoll(f.ctx)
	if err == nil {
		f.add("cpu.haltpoll.success.time", success)
		f.add("cpu.haltpoll.fail.time", fail)
	}
}

func (f *figures) balloon() {
	maximum := f.d.MaxMemoryKiB()
	if f.g == nil {
		f.add("balloon.current", f.d.MemoryKiB())
		f.add("balloon.maximum", maximum)
		return
	}
	list, err := f.g.MemoryStats(f.ctx, f.d.MemoryKiB())
	if err != nil {
		f.add("balloon.current", f.d.MemoryKiB())
	}
	names := map[vir.DomainMemoryStatTags]string{
		vir.DomainMemoryStatSwapIn: "swap_in", vir.DomainMemoryStatSwapOut: "swap_out", vir.DomainMemoryStatMajorFault: "major_fault",
		vir.DomainMemoryStatMinorFault: "minor_fault", vir.DomainMemoryStatUnused: "unused", vir.DomainMemoryStatAvailable: "available",
		vir.DomainMemoryStatUsable: "usable", vir.DomainMemoryStatLastUpdate: "last-update", vir.DomainMemoryStatDiskCaches: "disk_caches",
		vir.DomainMemoryStatHugetlbPgalloc: "hugetlb_pgalloc", vir.DomainMemoryStatHugetlbPgfail: "hugetlb_pgfail", vir.DomainMemoryStatRSS: "rss",
	}
	for _, s := range list {
		if s.Tag == vir.DomainMemoryStatActualBalloon {
			f.add("balloon.current", s.Value)
			break
		}
	}
	f.add("balloon.maximum", maximum)
	for _, s := range list {
		if name := names[s.Tag]; name != "" {
			f.add("balloon."+name, s.Value)
		}
	}
}

func (f *figures) vcpus() {
	now := f.d.VCPU.Value
	if c := f.d.VCPU.Current; c != nil {
		now = *c
	}
	f.add("vcpu.current", uint32(now))
	f.add("vcpu.maximum", uint32(f.d.VCPU.Value))
	if f.g == nil {
		return
	}
	threads := f.g.vcpuThreads()
	for _, n := range sortedKeys(threads) {
		u, err := readUsage(f.g.proc.path("task", strconv.Itoa(threads[n]), "stat"))
		if err != nil {
			continue // it has gone just now
		}
		prefix := fmt.Sprintf("vcpu.%d.", n)
		f.add(prefix+"state", int32(vir.VCPURunning))
		f.add(prefix+"time", uint64(u.user+u.system))
		f.add(prefix+"wait", uint64(0))
		if delay, ok := f.g.proc.delay(threads[n]); ok {
			f.add(prefix+"delay", delay)
		}
	}
}

// delay is how long a thread has waited for a processor, in nanoseconds.
func (p *process) delay(tid int) (uint64, bool) {
	b, err := os.ReadFile(p.path("task", strconv.Itoa(tid), "schedstat"))
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(fields[1], 10, 64)
	return n, err == nil
}

func (f *figures) interfaces() {
	if f.g == nil {
		return
	}
	f.add("net.count", uint32(len(f.d.Devices.Interfaces)))
	for i := range f.d.Devices.Interfaces {
		n := &f.d.Devices.Interfaces[i]
		if n.Target == nil || n.Target.Dev == "" {
			continue
		}
		prefix := fmt.Sprintf("net.%d.", i)
		f.add(prefix+"name", n.Target.Dev)
		s, err := f.g.InterfaceStats(f.ctx, n.Target.Dev)
		if err != nil {
			continue
		}
		for _, v := range []struct {
			name  string
			value int64
		}{
			{"rx.bytes", s.RxBytes}, {"rx.pkts", s.RxPackets}, {"rx.errs", s.RxErrors}, {"rx.drop", s.RxDrops},
			{"tx.bytes", s.TxBytes}, {"tx.pkts", s.TxPackets}, {"tx.errs", s.TxErrors}, {"tx.drop", s.TxDrops},
		} {
			f.add(prefix+v.name, uint64(v.value))
		}
	}
}

func (f *figures) blocks() {
	known := map[string]blockFigures{}
	if f.g != nil {
		if all, err := f.g.figures(f.ctx); err == nil {
			known = all
		}
	}
	at := len(f.list)
	f.add("block.count", nil)
	n := 0
	for i := range f.d.Devices.Disks {
		k := &f.d.Devices.Disks[i]
		images := chain(k)
		if len(images) == 0 {
			images = []numbered{{}} // an empty drive
		}
		if !f.backing {
			images = images[:1]
		}
		for level, image := range images {
			f.block(fmt.Sprintf("block.%d.", n), k, image, level, known[k.Target.Dev])
			n++
		}
	}
	f.list[at].Value = uint32(n)
}

func (f *figures) block(prefix string, k *domxml.Disk, image numbered, level int, known blockFigures) {
	f.add(prefix+"name", k.Target.Dev)
	path := sourcePath(image.source)
	if level == 0 {
		path = f.g.path(k)
	}
	if path != "" {
		f.add(prefix+"path", path)
	}
	if f.g == nil {
		if path := sourcePath(image.source); path != "" && k.Type != domxml.DiskNetwork {
			if i, err := measure(k, path); err == nil {
				f.size(prefix, imageFigures{capacity: i.Capacity, physical: i.Physical, highest: i.Allocation})
			}
		}
		return
	}
	if image.index > 0 {
		f.add(prefix+"backingIndex", uint32(image.index))
	}
	if level == 0 {
		s := known.stats
		for _, v := range []struct {
			name  string
			value int64
		}{
			{"rd.reqs", s.ReadRequests}, {"rd.bytes", s.ReadBytes}, {"rd.times", s.ReadTime}, {"wr.reqs", s.WriteRequests},
			{"wr.bytes", s.WriteBytes}, {"wr.times", s.WriteTime}, {"fl.reqs", s.FlushRequests}, {"fl.times", s.FlushTime},
		} {
			f.add(prefix+v.name, uint64(max(v.value, 0)))
		}
	}
	if level < len(known.images) {
		f.size(prefix, known.images[level])
	}
}

func (f *figures) size(prefix string, i imageFigures) {
	f.add(prefix+"allocation", i.highest)
	f.add(prefix+"capacity", i.capacity)
	f.add(prefix+"physical", i.physical)
}

func (f *figures) iothreads() {
	if f.g == nil {
		return
	}
	if f.d.IOThreads == 0 && len(f.d.IOThreadIDs) == 0 {
		return // the reference asks and tells nothing
	}
	list, err := f.g.IOThreads(f.ctx)
	if err != nil {
		return
	}
	f.add("iothread.count", uint32(len(list)))
	for _, t := range list {
		prefix := fmt.Sprintf("iothread.%d.", t.ID)
		f.add(prefix+"poll-max-ns", t.PollMax)
		f.add(prefix+"poll-grow", uint32(t.PollGrow))
		f.add(prefix+"poll-shrink", uint32(t.PollShrink))
	}
}

func (f *figures) dirtyRate() {
	if f.g == nil {
		return
	}
	r, err := f.g.dirtyRate(f.ctx)
	if err != nil {
		return
	}
	f.add("dirtyrate.calc_status", r.status)
	f.add("dirtyrate.calc_start_time", r.start)
	f.add("dirtyrate.calc_period", int32(r.period))
	f.add("dirtyrate.calc_mode", r.mode)
	if r.rate != nil {
		f.add("dirtyrate.megabytes_per_second", *r.rate)
	}
}
