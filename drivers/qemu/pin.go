//go:build linux

package qemu

import (
	"context"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.Pinner = (*Guest)(nil)

// PinVcpu says where the thread of a virtual CPU may run.
func (g *Guest) PinVcpu(_ context.Context, vcpu uint, cpus domxml.CPUSet) error {
	thread, ok := g.vcpuThreads()[int(vcpu)]
	if !ok {
		return vir.Errorf(vir.FromQEMU, vir.ErrOperationInvalid, "cpu affinity is not supported")
	}
	return pin(thread, cpus)
}

// PinEmulator says where the process's first thread may run, which is its main
// loop. Threads that it starts later may run where it may.
func (g *Guest) PinEmulator(_ context.Context, cpus domxml.CPUSet) error {
	return pin(g.proc.pid, cpus)
}

// PinIOThread says where a thread that serves disks may run.
func (g *Guest) PinIOThread(ctx context.Context, id uint, cpus domxml.CPUSet) error {
	list, err := g.IOThreads(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.ID == id {
			return pin(t.Thread, cpus)
		}
	}
	return errArgument("iothread %d not found", id)
}

// pin says where a thread may run.
func pin(thread int, cpus domxml.CPUSet) error {
	var set unix.CPUSet
	for i := range cpus.Max() + 1 {
		if cpus.Has(i) {
			set.Set(i)
		}
	}
	if err := unix.SchedSetaffinity(thread, &set); err != nil {
		return errSystem(vir.FromNone, err, "cannot set CPU affinity on process %d", thread)
	}
	return nil
}

// setPins puts the threads of a guest that starts where its definition wants
// them: each where it says so itself, the others where it says for all.
func (g *Guest) setPins(ctx context.Context, d *domxml.Domain) error {
	tune := d.CPUTune
	if tune == nil {
		tune = &domxml.CPUTune{}
	}
	if d.VCPU.CPUSet == nil && tune.EmulatorPin == nil && len(tune.VCPUPins) == 0 && len(tune.IOThreadPins) == 0 {
		return nil
	}
	anywhere := domxml.CPUSet{}
	if d.VCPU.CPUSet != nil {
		anywhere = d.VCPU.CPUSet
	} else {
		var now unix.CPUSet
		if err := unix.SchedGetaffinity(g.proc.pid, &now); err != nil {
			return errSystem(vir.FromNone, err, "cannot get CPU affinity of process %d", g.proc.pid)
		}
		for i := range len(now) * 64 {
			if now.IsSet(i) {
				anywhere.Add(i)
			}
		}
	}
	emulator := anywhere
	if tune.EmulatorPin != nil {
		emulator = tune.EmulatorPin.CPUSet
	}
	if err := g.pinAll(emulator); err != nil {
		return err
	}
	for vcpu, thread := range g.vcpuThreads() {
		set := anywhere
		for _, p := range tune.VCPUPins {
			if p.VCPU == uint(vcpu) {
				set = p.CPUSet
			}
		}
		if err := pin(thread, set); err != nil {
			return err
		}
	}
	for _, id := range d.IOThreadNumbers() {
		set := anywhere
		for _, p := range tune.IOThreadPins {
			if p.IOThread == id {
				set = p.CPUSet
			}
		}
		if err := g.PinIOThread(ctx, id, set); err != nil {
			return err
		}
	}
	return nil
}

// pinAll says where all threads of the process may run.
func (g *Guest) pinAll(cpus domxml.CPUSet) error {
	list, err := os.ReadDir(g.proc.path("task"))
	if err != nil {
		return errSystem(vir.FromNone, err, "cannot list the threads of process %d", g.proc.pid)
	}
	for _, e := range list {
		thread, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if err := pin(thread, cpus); err != nil {
			if no, ok := errnoOf(err); ok && no == unix.ESRCH {
				continue // it has ended
			}
			return err
		}
	}
	return nil
}
