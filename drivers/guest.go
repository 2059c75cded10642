package drivers

import (
	"context"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The abilities of a Guest. Where a comment says nothing else, a guest
// without the ability answers VIR_ERR_NO_SUPPORT for the procedures that need
// it. The engine holds the domain's job during every verb that changes
// something and no lock at all during a query.

// Pauser stops and continues virtual CPUs (virDomainSuspend, virDomainResume).
type Pauser interface {
	Pause(ctx context.Context) error
	Resume(ctx context.Context) error
}

// Shutdowner asks the guest to power off. It reports ShutDown when it does.
type Shutdowner interface {
	Shutdown(ctx context.Context, flags vir.DomainShutdownFlags) error
}

// Rebooter asks the guest to reboot. It reports Rebooted when it does.
type Rebooter interface {
	Reboot(ctx context.Context, flags vir.DomainRebootFlags) error
}

// Resetter presses the reset button.
type Resetter interface {
	Reset(ctx context.Context) error
}

// Restarter starts a guest anew that has powered off or panicked, in the same
// process. Without it the engine takes the guest for restarted already.
type Restarter interface {
	Restart(ctx context.Context) error
}

// LifecycleActor does itself some of what a definition wants when the guest
// powers off, reboots or crashes, and has to know when that changes.
type LifecycleActor interface {
	SetLifecycleAction(ctx context.Context, event vir.DomainLifecycle, action domxml.LifecycleAction) error
}

// Waker wakes a guest that sleeps in memory (virDomainPMWakeup). It reports
// Woken when it does.
type Waker interface {
	Wake(ctx context.Context) error
}

// MemoryStatsPoller asks the guest for its memory figures every now and then,
// 0 for never (virDomainSetMemoryStatsPeriod).
type MemoryStatsPoller interface {
	SetMemoryStatsPeriod(ctx context.Context, period time.Duration) error
}

// MemorySetter moves the balloon to kib KiB.
type MemorySetter interface {
	SetMemory(ctx context.Context, kib uint64) error
}

// VcpuSetter brings n virtual CPUs online.
type VcpuSetter interface {
	SetVcpus(ctx context.Context, n int) error
}

// GuestVcpuCounter asks the guest itself how many virtual CPUs it uses.
type GuestVcpuCounter interface {
	GuestVcpus(ctx context.Context) (int, error)
}

// ConsoleOpener opens a text device: device is an alias, empty for the first
// console. Closing the connection leaves the guest running.
type ConsoleOpener interface {
	OpenConsole(ctx context.Context, device string) (io.ReadWriteCloser, error)
}

// ChannelOpener opens a channel to the guest by its alias or name, the first
// one for an empty name (virDomainOpenChannel).
type ChannelOpener interface {
	OpenChannel(ctx context.Context, name string) (io.ReadWriteCloser, error)
}

// GraphicsOpener hands a connection to a screen's server, by its number, as if
// it had been made there; skipAuth says that the client is known already. The
// socket stays the caller's (virDomainOpenGraphics, virDomainOpenGraphicsFD).
type GraphicsOpener interface {
	OpenGraphics(ctx context.Context, screen uint, socket *os.File, skipAuth bool) error
}

// DirtyRater measures for some seconds how much memory the guest writes; the
// result is one of its statistics (virDomainStartDirtyRateCalc).
type DirtyRater interface {
	StartDirtyRate(ctx context.Context, seconds int, flags vir.DomainDirtyRateCalcFlags) error
}

// GuestTime is what a guest's clock says, as seconds since the epoch and
// nanoseconds, which the caller of virDomainSetTime may choose beyond a second.
type GuestTime struct {
	Seconds     int64
	Nanoseconds uint32
}

// Clock is the guest's clock.
type Clock interface {
	Time(ctx context.Context) (GuestTime, error)
	SetTime(ctx context.Context, t GuestTime) error
}

// MonitorCommander passes commands on to the hypervisor's own monitor
// (virDomainQemuMonitorCommand): JSON, or lines for people with human. The
// files go along and stay the caller's.
type MonitorCommander interface {
	MonitorCommand(ctx context.Context, command string, human bool, files []*os.File) (string, error)
}

// BlockThresholder tells when the guest writes beyond a byte of an image of a
// disk (drivers.ThresholdPassed); 0 is no byte.
type BlockThresholder interface {
	SetBlockThreshold(ctx context.Context, disk string, threshold uint64) error
}

// AgentCommander passes commands on to the agent inside the guest
// (virDomainQemuAgentCommand).
type AgentCommander interface {
	AgentCommand(ctx context.Context, command string, timeout int32) (string, error)
}

// AgentSuspender has the agent put the guest to sleep.
type AgentSuspender interface {
	SuspendByAgent(ctx context.Context, target vir.NodeSuspendTarget) error
}

// AgentInformer tells what the agent inside the guest says of it
// (virDomainGetGuestInfo, virDomainGetGuestVcpus).
type AgentInformer interface {
	GuestInfo(ctx context.Context, types uint32) ([]DomainStat, error)
	GuestVcpuInfo(ctx context.Context) ([]DomainStat, error)
}

// KeySender types keys: Linux codes, pressed together for hold.
type KeySender interface {
	SendKeys(ctx context.Context, codes []uint32, hold time.Duration) error
}

// NMIInjector injects a non-maskable interrupt.
type NMIInjector interface {
	InjectNMI(ctx context.Context) error
}

// FileSystem is one mounted file system of a guest.
type FileSystem struct {
	MountPoint string
	Name       string // of the block device inside
	Type       string
	Disks      []string // targets of the disks below
}

// FileSystems lists, freezes and trims what is mounted.
type FileSystems interface {
	FileSystems(ctx context.Context) ([]FileSystem, error)
	// Freeze and Thaw act on the named mount points, on all where none is
	// named, and return how many changed. Unknown ones are errors.
	Freeze(ctx context.Context, mountPoints []string) (int, error)
	Thaw(ctx context.Context, mountPoints []string) (int, error)
	// Trim gives unused blocks of a mount point back, of all for nil.
	Trim(ctx context.Context, mountPoint *string) error
}

// Hostnamer knows the guest's own name; domain is the name that the caller
// has for it, which a simulation may make the answer from.
type Hostnamer interface {
	Hostname(ctx context.Context, domain string) (string, error)
}

// PasswordSetter changes a user's password inside the guest.
type PasswordSetter interface {
	SetUserPassword(ctx context.Context, user, password string, encrypted bool) error
}

// MemoryPeeker reads guest memory; physical addresses or virtual ones.
type MemoryPeeker interface {
	PeekMemory(ctx context.Context, start uint64, size int, physical bool) ([]byte, error)
}

// MemoryStat is one figure of virDomainMemoryStats.
type MemoryStat struct {
	Tag   vir.DomainMemoryStatTags
	Value uint64
}

// MemoryStats gives the balloon's figures for a guest that has memory KiB now.
type MemoryStats interface {
	MemoryStats(ctx context.Context, memory uint64) ([]MemoryStat, error)
}

// BlockStats are the counters of one disk; -1 where unknown. A backend without
// times, which are in nanoseconds, leaves them and the flushes at 0.
type BlockStats struct {
	ReadRequests, ReadBytes, WriteRequests, WriteBytes, Errors int64

	ReadTime, WriteTime, FlushRequests, FlushTime int64
}

// BlockStatter counts a disk's work; disk is its target name.
type BlockStatter interface {
	BlockStats(ctx context.Context, disk string) (BlockStats, error)
}

// BlockTimer is a BlockStatter that counts flushes and times, too
// (virDomainBlockStatsFlags).
type BlockTimer interface {
	BlockStatter
	// BlockTimes says so; the figures are in BlockStats.
	BlockTimes()
}

// InterfaceStats are the counters of one network interface; -1 where unknown.
type InterfaceStats struct {
	RxBytes, RxPackets, RxErrors, RxDrops int64
	TxBytes, TxPackets, TxErrors, TxDrops int64
}

// InterfaceStatter counts an interface's work; device is its target name.
type InterfaceStatter interface {
	InterfaceStats(ctx context.Context, device string) (InterfaceStats, error)
}

// DiskError is a disk of a guest that has had an error.
type DiskError struct {
	Disk string
	Code vir.DomainDiskErrorCode
}

// DiskErrorer lists the disks in error.
type DiskErrorer interface {
	DiskErrors(ctx context.Context) ([]DiskError, error)
}

// ControlInfo is the state of the control interface to a guest.
type ControlInfo struct {
	State   vir.DomainControlState
	Details vir.DomainControlErrorReason
	// StateTime is for how long, in milliseconds.
	StateTime uint64
}

// Controller tells how the control interface is doing.
type Controller interface {
	ControlInfo(ctx context.Context) (ControlInfo, error)
}

// VcpuInfo is one online virtual CPU.
type VcpuInfo struct {
	State   vir.VcpuState
	CPUTime uint64 // nanoseconds
	CPU     int32  // the physical CPU it runs on
}

// VcpuInformer tells about virtual CPU number vcpu, which may run on the
// physical CPUs in affinity.
type VcpuInformer interface {
	VcpuInfo(ctx context.Context, vcpu int, affinity []bool) (VcpuInfo, error)
}

// CPUStat is one figure of virDomainGetCPUStats, in nanoseconds.
type CPUStat struct {
	Name  string
	Value uint64
}

// CPUStatter gives a guest's use of the physical CPUs.
type CPUStatter interface {
	// TotalCPUStats are the figures over all CPUs.
	TotalCPUStats(ctx context.Context) ([]CPUStat, error)
	// CPUStats are the figures of count CPUs from number start on.
	CPUStats(ctx context.Context, start, count int) ([][]CPUStat, error)
	// CPUStatsCPUs is the number of CPUs there are figures of.
	CPUStatsCPUs(ctx context.Context) (int, error)
}

// InterfaceAddresser gives the address of card number i. subnet is that of
// the network which the card is plugged into, beginning with the first
// address that it hands out; it is not valid for other cards.
type InterfaceAddresser interface {
	InterfaceAddress(ctx context.Context, i int, subnet netip.Prefix) (netip.Prefix, error)
}

// CardAddresses are the addresses of one card of a guest.
type CardAddresses struct {
	Name, MAC string
	Addresses []netip.Prefix // a bare address has no bits
}

// AddressAsker finds the addresses of a guest where the caller says: in the
// leases of networks, by the agent, or in the host's neighbours.
type AddressAsker interface {
	CardAddresses(ctx context.Context, from vir.DomainInterfaceAddressesSource) ([]CardAddresses, error)
}

// DevicePlugger plugs devices of a running guest; doc is what the guest is to
// be like afterwards, and must not be changed.
type DevicePlugger interface {
	PlugDevice(ctx context.Context, dev *domxml.Device, doc *domxml.Domain) error
	UnplugDevice(ctx context.Context, dev *domxml.Device, doc *domxml.Domain) error
	// ChangeDevice makes a device of the guest like dev.
	ChangeDevice(ctx context.Context, dev *domxml.Device, doc *domxml.Domain) error
}

// Backuper is a guest whose disks are copied while it runs
// (virDomainBackupBegin).
type Backuper interface {
	BeginBackup(ctx context.Context, b *domxml.DomainBackup, checkpoint *domxml.DomainCheckpoint, flags vir.DomainBackupBeginFlags) error
}

// Tuner is a guest whose limits, weights and pins may be changed while it runs
// (virDomainSetBlkioParameters, virDomainPinVcpu and their kin). Without it
// the engine answers VIR_ERR_OPERATION_UNSUPPORTED for a running guest.
type Tuner interface {
	// Tunable says so; the document has the figures.
	Tunable()
}
