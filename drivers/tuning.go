package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
)

// The abilities of a Guest whose limits can really be changed while it runs.
// Where one is missing the engine answers VIR_ERR_OPERATION_INVALID, as the
// reference does on hosts without the control groups that it needs.

// GuestTuner is a Personality with the reference's rules for hypervisors that
// run guests: a call may change the guest and its definition at once, what is
// not given of a group of limits is reset, and events tell of what has changed
// (VIR_DOMAIN_EVENT_ID_TUNABLE).
type GuestTuner interface {
	// TunesGuests says so.
	TunesGuests()
}

// IOTuner limits what a guest's disks may do in a second
// (virDomainSetBlockIoTune).
type IOTuner interface {
	SetIOTune(ctx context.Context, disk *domxml.Disk, tune *domxml.IOTune) error
	// IOTune is what the hypervisor makes of the limits, with what it has chosen
	// itself: lengths of bursts, the name of the group.
	IOTune(ctx context.Context, disk *domxml.Disk) (domxml.IOTune, error)
}

// Pinner says where the threads of a guest may run (virDomainPinVcpu,
// virDomainPinEmulator, virDomainPinIOThread).
type Pinner interface {
	PinVcpu(ctx context.Context, vcpu uint, cpus domxml.CPUSet) error
	PinEmulator(ctx context.Context, cpus domxml.CPUSet) error
	PinIOThread(ctx context.Context, id uint, cpus domxml.CPUSet) error
}

// IOThreader changes the threads that work for disks (virDomainAddIOThread,
// virDomainDelIOThread, virDomainSetIOThreadParams).
type IOThreader interface {
	// IOThreadNumbers are those that there are, in the order in which the
	// hypervisor tells of them (virDomainGetIOThreadInfo).
	IOThreadNumbers(ctx context.Context) ([]uint, error)
	AddIOThread(ctx context.Context, t *domxml.IOThread) error
	RemoveIOThread(ctx context.Context, id uint) error
	// SetIOThread changes what t sets.
	SetIOThread(ctx context.Context, t *domxml.IOThread) error
}

// LinkSetter plugs a card's cable in or pulls it out, which is all that can be
// changed of the guest's cards (virDomainUpdateDeviceFlags): a DevicePlugger
// without it changes them otherwise, too.
type LinkSetter interface {
	SetLink(ctx context.Context, card *domxml.Interface, up bool) error
}
