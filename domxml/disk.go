package domxml

// Disk is a block device of the guest.
type Disk struct {
	Type     DiskType `xml:"type,attr"`
	Device   string   `xml:"device,attr,omitempty" vir:"enum=disk|cdrom|floppy|lun"`
	Model    string   `xml:"model,attr,omitempty" vir:"enum=virtio|virtio-transitional|virtio-non-transitional"`
	RawIO    YesNo    `xml:"rawio,attr,omitempty"`
	SGIO     string   `xml:"sgio,attr,omitempty" vir:"enum=filtered|unfiltered"`
	Snapshot string   `xml:"snapshot,attr,omitempty" vir:"enum=no|internal|external|manual"`

	Driver        *DiskDriver    `xml:"driver"`
	Auth          *Auth          `xml:"auth"`
	Source        *DiskSource    `xml:"source"`
	BackingStore  *BackingStore  `xml:"backingStore" vir:"always"`
	BackendDomain *BackendDomain `xml:"backenddomain"`
	Geometry      *Geometry      `xml:"geometry"`
	BlockIO       *BlockIO       `xml:"blockio"`
	Mirror        *Mirror        `xml:"mirror" vir:"live"`
	Target        DiskTarget     `xml:"target"`
	IOTune        *IOTune        `xml:"iotune"`

	ThrottleFilters []ThrottleFilter `xml:"throttlefilters>throttlefilter"`

	Readonly   Flag            `xml:"readonly,omitempty"`
	Shareable  Flag            `xml:"shareable,omitempty"`
	Transient  *Transient      `xml:"transient" vir:"always"`
	Serial     string          `xml:"serial,omitempty"`
	WWN        string          `xml:"wwn,omitempty"`
	Vendor     string          `xml:"vendor,omitempty"`
	Product    string          `xml:"product,omitempty"`
	Encryption *DiskEncryption `xml:"encryption" vir:"pair"`
	BootInfo
}

// DiskType is where the content of a disk comes from.
type DiskType string

// The types of disks.
const (
	DiskFile      DiskType = "file"
	DiskBlock     DiskType = "block"
	DiskDir       DiskType = "dir"
	DiskNetwork   DiskType = "network"
	DiskVolume    DiskType = "volume"
	DiskNVMe      DiskType = "nvme"
	DiskVhostUser DiskType = "vhostuser"
	DiskVhostVDPA DiskType = "vhostvdpa"
)

func (DiskType) values() []string {
	return []string{"file", "block", "dir", "network", "volume", "nvme", "vhostuser", "vhostvdpa"}
}

// DiskDriver says how the emulator handles a disk.
type DiskDriver struct {
	Name           string `xml:"name,attr,omitempty"`
	Type           string `xml:"type,attr,omitempty"`
	Cache          string `xml:"cache,attr,omitempty" vir:"enum=default|none|writethrough|writeback|directsync|unsafe"`
	ErrorPolicy    string `xml:"error_policy,attr,omitempty" vir:"enum=stop|report|ignore|enospace"`
	RErrorPolicy   string `xml:"rerror_policy,attr,omitempty" vir:"enum=stop|report|ignore|enospace"`
	IO             string `xml:"io,attr,omitempty" vir:"enum=native|threads|io_uring"`
	IOEventFD      OnOff  `xml:"ioeventfd,attr,omitempty"`
	EventIdx       OnOff  `xml:"event_idx,attr,omitempty"`
	CopyOnRead     OnOff  `xml:"copy_on_read,attr,omitempty"`
	Discard        string `xml:"discard,attr,omitempty" vir:"enum=unmap|ignore"`
	IOThread       uint   `xml:"iothread,attr,omitempty" vir:"nonzero"`
	DetectZeroes   string `xml:"detect_zeroes,attr,omitempty" vir:"enum=off|on|unmap"`
	DiscardNoUnref OnOff  `xml:"discard_no_unref,attr,omitempty"`
	Queues         uint   `xml:"queues,attr,omitempty"`
	QueueSize      uint   `xml:"queue_size,attr,omitempty"`
	VirtioOptions
	IOThreads     []DiskIOThread `xml:"iothreads>iothread"`
	MetadataCache *MetadataCache `xml:"metadata_cache"`
}

// diskFormats are the formats of images.
var diskFormats = []string{
	"none", "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "luks", "cow", "qcow",
	"qcow2", "qed", "vmdk",
}

// DiskIOThread serves some queues of a disk.
type DiskIOThread struct {
	ID     uint        `xml:"id,attr" vir:"required nonzero"`
	Queues []DiskQueue `xml:"queue"`
}

// DiskQueue is a queue of a disk.
type DiskQueue struct {
	ID uint `xml:"id,attr" vir:"required always"`
}

// MetadataCache bounds what is kept of an image's tables.
type MetadataCache struct {
	MaxSize *ByteSize `xml:"max_size"`
}

// ByteSize is an amount in bytes.
type ByteSize struct{ Size }

func (b *ByteSize) parseNode(_ *decoder, n node) error {
	bytes, err := readSize(n, 1)
	b.Value, b.Unit = bytes, "bytes"
	return err
}

// DiskTarget is what the guest sees.
type DiskTarget struct {
	Dev          string  `xml:"dev,attr,omitempty"`
	Bus          DiskBus `xml:"bus,attr,omitempty"`
	Tray         string  `xml:"tray,attr,omitempty" vir:"enum=closed|open"`
	Removable    OnOff   `xml:"removable,attr,omitempty"`
	RotationRate uint    `xml:"rotation_rate,attr,omitempty"`
}

// DiskBus is what a disk is attached to.
type DiskBus string

// The buses of disks.
const (
	DiskBusIDE    DiskBus = "ide"
	DiskBusFDC    DiskBus = "fdc"
	DiskBusSCSI   DiskBus = "scsi"
	DiskBusVirtio DiskBus = "virtio"
	DiskBusXen    DiskBus = "xen"
	DiskBusUSB    DiskBus = "usb"
	DiskBusUML    DiskBus = "uml"
	DiskBusSATA   DiskBus = "sata"
	DiskBusSD     DiskBus = "sd"
)

func (DiskBus) values() []string {
	return []string{"ide", "fdc", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd"}
}

// BackendDomain is the Xen domain that serves a device.
type BackendDomain struct {
	Name string `xml:"name,attr,omitempty"`
}

// Geometry is what an old guest wants to know of a disk.
type Geometry struct {
	Cyls  uint   `xml:"cyls,attr"`
	Heads uint   `xml:"heads,attr"`
	Secs  uint   `xml:"secs,attr"`
	Trans string `xml:"trans,attr,omitempty"`
}

// BlockIO are sizes of blocks in bytes.
type BlockIO struct {
	LogicalBlockSize   uint  `xml:"logical_block_size,attr,omitempty"`
	PhysicalBlockSize  uint  `xml:"physical_block_size,attr,omitempty"`
	DiscardGranularity *uint `xml:"discard_granularity,attr,omitempty"`
}

// Transient says that changes of a disk are forgotten.
type Transient struct {
	ShareBacking YesNo `xml:"shareBacking,attr,omitempty"`
}

// ThrottleFilter puts a disk under the limits of a group.
type ThrottleFilter struct {
	Group string `xml:"group,attr" vir:"required"`
}

// Mirror is a copy of a disk in the making.
type Mirror struct {
	Type string `xml:"type,attr,omitempty"`
	// File and FileFormat repeat the source of a file, as older clients want.
	File       string        `xml:"file,attr,omitempty"`
	FileFormat string        `xml:"format,attr,omitempty"`
	Job        string        `xml:"job,attr,omitempty"`
	Ready      string        `xml:"ready,attr,omitempty"`
	Format     *ImageFormat  `xml:"format"`
	Source     *DiskSource   `xml:"source"`
	Store      *BackingStore `xml:"backingStore" vir:"always"`
}
