package drivers

import "github.com/govirtd/govirtd/protocol/vir"

// Notify takes the facts that a guest reports, in their order. It does not
// wait, and asks nothing of the guest while it runs.
type Notify func(Fact)

// Fact is something that happened to a guest without being asked for, or
// because of a verb that only asks (shutdown, reboot). The set is closed. The
// engine decides what follows from a fact and who hears of it; the comments
// name the event that clients get.
type Fact interface{ fact() }

// Facts about the guest's life.
type (
	// ShutDown says that the guest's operating system has powered off, or that
	// somebody has told its process to end. With a Detail the process is still
	// there, and clients hear of it (VIR_DOMAIN_EVENT_SHUTDOWN) unless the guest
	// is to be started again (Restarter); then it is destroyed.
	ShutDown struct {
		Detail vir.DomainEventShutdownDetailType
		// Destroyed says that this is what Destroy has led to: nothing follows.
		Destroyed bool
	}
	// Rebooted says that the guest's operating system wants to reboot
	// (VIR_DOMAIN_EVENT_ID_REBOOT).
	Rebooted struct{}
	// Crashed says that the guest has panicked.
	Crashed struct {
		// Waiting says that the guest stands still with its memory, and clients
		// hear of the panic (VIR_DOMAIN_EVENT_CRASHED) before what is to follow.
		Waiting bool
	}
	// Crashloaded says that the guest has panicked and deals with it by itself
	// (VIR_DOMAIN_EVENT_CRASHED with CRASHLOADED).
	Crashloaded struct{}
	// Gone says that the guest has ended for a reason of its own.
	Gone struct {
		// Failed says that it was not in order (VIR_DOMAIN_EVENT_STOPPED_FAILED,
		// VIR_DOMAIN_SHUTOFF_CRASHED).
		Failed bool
	}
	// WasReset says that the guest starts from its firmware again, which nobody
	// has to do anything about (VIR_DOMAIN_EVENT_ID_REBOOT).
	WasReset struct{}
	// Paused says that the virtual CPUs stand though nobody has asked for it
	// through the Guest (VIR_DOMAIN_EVENT_SUSPENDED).
	Paused struct{ Reason vir.DomainPausedReason }
	// Continued is its opposite (VIR_DOMAIN_EVENT_RESUMED).
	Continued struct{}
	// Slept says that the guest sleeps in memory, or has written itself to its
	// disk (VIR_DOMAIN_EVENT_ID_PMSUSPEND, PMSUSPEND_DISK).
	Slept struct{ ToDisk bool }
	// Woken says that the guest is awake again (VIR_DOMAIN_EVENT_ID_PMWAKEUP).
	Woken struct{}
)

// Facts about what is in the guest.
type (
	// ClockChanged gives the distance of the guest's clock from its base in
	// seconds (VIR_DOMAIN_EVENT_ID_RTC_CHANGE).
	ClockChanged struct{ Offset int64 }
	// WatchdogFired says what the watchdog has done (VIR_DOMAIN_EVENT_ID_WATCHDOG).
	WatchdogFired struct {
		Action vir.DomainEventWatchdogAction
	}
	// AgentChanged says that the guest agent has come or gone
	// (VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE).
	AgentChanged struct {
		State  vir.ConnectDomainEventAgentLifecycleState
		Reason vir.ConnectDomainEventAgentLifecycleReason
	}
	// BalloonChanged gives the memory that the guest has now, in KiB
	// (VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE).
	BalloonChanged struct{ Actual uint64 }
	// MemoryFailed says that memory of the host or of the guest is broken
	// (VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE).
	MemoryFailed struct {
		Recipient vir.DomainMemoryFailureRecipientType
		Action    vir.DomainMemoryFailureActionType
		Flags     vir.DomainMemoryFailureFlags
	}
	// ControlFailed says that the way to the guest's monitor is lost
	// (VIR_DOMAIN_EVENT_ID_CONTROL_ERROR).
	ControlFailed struct{}
)

// Facts about devices, which are named by their aliases.
type (
	// IOFailed says that a disk could not be read or written
	// (VIR_DOMAIN_EVENT_ID_IO_ERROR, IO_ERROR_REASON). Reason is the
	// hypervisor's word, such as enospc, or empty.
	IOFailed struct {
		Path, Alias string
		Action      vir.DomainEventIOErrorAction
		Reason      string
	}
	// DiskChanged says that another medium is in a drive, none where empty
	// (VIR_DOMAIN_EVENT_ID_DISK_CHANGE).
	DiskChanged struct {
		Old, New string
		Alias    string
		Reason   int32 // virConnectDomainEventDiskChangeReason
	}
	// TrayMoved says that the guest has opened or closed a tray
	// (VIR_DOMAIN_EVENT_ID_TRAY_CHANGE).
	TrayMoved struct {
		Alias  string
		Reason vir.DomainEventTrayChangeReason
	}
	// BlockJobChanged says that a block job on the disk with the target has
	// ended or is ready (VIR_DOMAIN_EVENT_ID_BLOCK_JOB, BLOCK_JOB_2).
	BlockJobChanged struct {
		Path, Target string
		Type         vir.DomainBlockJobType
		Status       vir.ConnectDomainEventBlockJobStatus
	}
	// ThresholdPassed says that a disk has been written beyond a mark, in bytes
	// (VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD).
	ThresholdPassed struct {
		Target, Path      string
		Threshold, Excess uint64
	}
	// DeviceAdded and DeviceRemoved say that the guest has taken a device, or
	// given it back; DeviceKept that it would not
	// (VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, DEVICE_REMOVED, DEVICE_REMOVAL_FAILED).
	DeviceAdded   struct{ Alias string }
	DeviceRemoved struct{ Alias string }
	DeviceKept    struct{ Alias string }
	// MemoryDeviceResized gives the size in use of a memory device, in KiB
	// (VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE).
	MemoryDeviceResized struct {
		Alias string
		Size  uint64
	}
	// ChannelChanged says that somebody in the guest has opened a channel, or
	// closed it. Clients see it in the document.
	ChannelChanged struct {
		Alias     string
		Connected bool
	}
	// MACChanged says that the guest has given a network card another address
	// (VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE).
	MACChanged struct{ Alias, Old, New string }
	// GraphicsClient says that somebody has come to a screen, or left
	// (VIR_DOMAIN_EVENT_ID_GRAPHICS).
	GraphicsClient struct {
		Phase         vir.DomainEventGraphicsPhase
		Local, Remote GraphicsAddress
		AuthScheme    string
		// Identities are pairs of a kind (x509dname) and a name.
		Identities [][2]string
	}
)

// GraphicsAddress is one end of a connection to a screen.
type GraphicsAddress struct {
	Family        vir.DomainEventGraphicsAddressType
	Node, Service string
}

// Facts about jobs and limits.
type (
	// Figure is one value that an event tells.
	Figure struct {
		Name  string
		Value uint64
	}
	// Tuned says that limits of the guest are now others
	// (VIR_DOMAIN_EVENT_ID_TUNABLE).
	Tuned struct{ Figures []Figure }
	// MigrationRound says that memory is sent for another time
	// (VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION).
	MigrationRound struct{ Iteration int32 }
	// JobDone gives the figures of a job that has ended
	// (VIR_DOMAIN_EVENT_ID_JOB_COMPLETED).
	JobDone struct {
		Operation vir.DomainJobOperation
		Figures   []Figure
	}
)

func (ShutDown) fact()            {}
func (Rebooted) fact()            {}
func (Crashed) fact()             {}
func (Gone) fact()                {}
func (Crashloaded) fact()         {}
func (WasReset) fact()            {}
func (Paused) fact()              {}
func (Continued) fact()           {}
func (Slept) fact()               {}
func (Woken) fact()               {}
func (ChannelChanged) fact()      {}
func (ClockChanged) fact()        {}
func (WatchdogFired) fact()       {}
func (AgentChanged) fact()        {}
func (BalloonChanged) fact()      {}
func (MemoryFailed) fact()        {}
func (ControlFailed) fact()       {}
func (IOFailed) fact()            {}
func (DiskChanged) fact()         {}
func (TrayMoved) fact()           {}
func (BlockJobChanged) fact()     {}
func (ThresholdPassed) fact()     {}
func (DeviceAdded) fact()         {}
func (DeviceRemoved) fact()       {}
func (DeviceKept) fact()          {}
func (MemoryDeviceResized) fact() {}
func (MACChanged) fact()          {}
func (GraphicsClient) fact()      {}
func (Tuned) fact()               {}
func (MigrationRound) fact()      {}
func (JobDone) fact()             {}
