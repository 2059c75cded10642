package domxml

// Domain is the document of a domain.
type Domain struct {
	XMLName struct{} `xml:"domain"`

	// Type is the virtualisation: test, kvm, qemu, xen, lxc ...
	Type string `xml:"type,attr"`
	// ID is the number of a running domain, 0 of others.
	ID int32 `xml:"id,attr,omitempty" vir:"live"`

	Name string `xml:"name"`
	UUID UUID   `xml:"uuid" vir:"always if=UUIDSet"`
	// UUIDSet says that the document had an identifier, which may be all zero.
	UUIDSet     bool      `xml:"-"`
	GenID       *GenID    `xml:"genid" vir:"always"`
	Title       string    `xml:"title,omitempty"`
	Description string    `xml:"description,omitempty"`
	Metadata    *Metadata `xml:"metadata"`

	MaxMemory     *MaxMemory     `xml:"maxMemory"`
	Memory        DomainMemory   `xml:"memory"`
	CurrentMemory Memory         `xml:"currentMemory"`
	BlkioTune     *BlkioTune     `xml:"blkiotune"`
	MemTune       *MemTune       `xml:"memtune"`
	MemoryBacking *MemoryBacking `xml:"memoryBacking"`
	VCPU          VCPU           `xml:"vcpu" vir:"always"`
	VCPUs         []VCPUState    `xml:"vcpus>vcpu"`

	// IOThreads is how many there are; the ids say more where it matters.
	IOThreads       uint             `xml:"iothreads,omitempty" bad:"invalid iothreads count '%s'"`
	IOThreadIDs     []IOThread       `xml:"iothreadids>iothread"`
	DefaultIOThread *DefaultIOThread `xml:"defaultiothread"`
	ThrottleGroups  []IOTune         `xml:"throttlegroups>throttlegroup"`
	CPUTune         *CPUTune         `xml:"cputune"`
	NUMATune        *NUMATune        `xml:"numatune"`
	Resource        *Resource        `xml:"resource"`
	SysInfo         []SysInfo        `xml:"sysinfo"`

	Bootloader     string   `xml:"bootloader,omitempty"`
	BootloaderArgs string   `xml:"bootloader_args,omitempty"`
	OS             OS       `xml:"os" vir:"always"`
	IDMap          *IDMap   `xml:"idmap"`
	Features       Features `xml:"features"`
	CPU            *CPU     `xml:"cpu"`
	Clock          Clock    `xml:"clock" vir:"always"`

	OnPoweroff    LifecycleAction `xml:"on_poweroff,omitempty" bad:"unsupported:unknown on_poweroff action: %s"`
	OnReboot      LifecycleAction `xml:"on_reboot,omitempty" bad:"unsupported:unknown on_reboot action: %s"`
	OnCrash       LifecycleAction `xml:"on_crash,omitempty" bad:"unsupported:unknown on_crash action: %s"`
	OnLockFailure string          `xml:"on_lockfailure,omitempty" vir:"enum=poweroff|restart|pause|ignore" bad:"unsupported:unknown on_lockfailure action: %s"`

	PM      *PM         `xml:"pm"`
	Perf    []PerfEvent `xml:"perf>event"`
	Devices Devices     `xml:"devices" vir:"pair"`

	SecLabels      []SecLabel      `xml:"seclabel"`
	KeyWrap        []KeyWrapCipher `xml:"keywrap>cipher"`
	LaunchSecurity *LaunchSecurity `xml:"launchSecurity"`
	DomainNamespaces
}

// GenID is the generation of a virtual machine.
type GenID struct {
	UUID UUID `xml:",chardata" vir:"always"`
	// Random says that the document left the choice open.
	Random bool `xml:"-"`
}

func (g *GenID) parseNode(_ *decoder, n node) error {
	s := n.Text()
	if s == "" {
		g.Random = true
		return nil
	}
	var ok bool
	if g.UUID, ok = ParseUUID(s); !ok {
		return errInternal("malformed genid element")
	}
	return nil
}

// Resource places a domain among the host's resources.
type Resource struct {
	Partition    string        `xml:"partition,omitempty"`
	FibreChannel *FibreChannel `xml:"fibrechannel"`
}

// FibreChannel names a domain in the fabric.
type FibreChannel struct {
	AppID string `xml:"appid,attr,omitempty"`
}

// PM says whether a guest may be put to sleep.
type PM struct {
	SuspendToMem  *PMState `xml:"suspend-to-mem"`
	SuspendToDisk *PMState `xml:"suspend-to-disk"`
}

// PMState allows one way of sleeping.
type PMState struct {
	Enabled YesNo `xml:"enabled,attr,omitempty"`
}

// PerfEvent is a counter of the host's CPUs.
type PerfEvent struct {
	Name    string `xml:"name,attr" vir:"required enum=cmt|mbmt|mbml|cpu_cycles|instructions|cache_references|cache_misses|branch_instructions|branch_misses|bus_cycles|stalled_cycles_frontend|stalled_cycles_backend|ref_cpu_cycles|cpu_clock|task_clock|page_faults|context_switches|cpu_migrations|page_faults_min|page_faults_maj|alignment_faults|emulation_faults"`
	Enabled YesNo  `xml:"enabled,attr" vir:"required"`
}

// KeyWrapCipher switches the protection of keys of one kind (s390).
type KeyWrapCipher struct {
	Name  string `xml:"name,attr" vir:"required enum=aes|dea"`
	State OnOff  `xml:"state,attr" vir:"required"`
}

// IDMap maps the users and groups of a container.
type IDMap struct {
	UIDs []IDRange `xml:"uid"`
	GIDs []IDRange `xml:"gid"`
}

// IDRange maps count identifiers from start on to those from target on.
type IDRange struct {
	Start  uint `xml:"start,attr" vir:"required always"`
	Target uint `xml:"target,attr" vir:"required always"`
	Count  uint `xml:"count,attr" vir:"required always"`
}
