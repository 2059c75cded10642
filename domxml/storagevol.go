package domxml

import (
	"math"

	"github.com/govirtd/govirtd/protocol/vir"
)

// StorageVolume is one image, partition or directory of a pool
// (virStorageVolCreateXML).
type StorageVolume struct {
	Type StorageVolumeType `xml:"type,attr,omitempty"`
	Name string            `xml:"name"`
	Key  string            `xml:"key,omitempty"`
	// Source is where on a disk the volume lies; a daemon tells it.
	Source *StorageVolumeSource `xml:"source" vir:"live"`

	Capacity   StorageSize `xml:"capacity" vir:"always"`
	Allocation StorageSize `xml:"allocation" vir:"always"`
	// AllocationSet says that the document named the allocation; else it is the
	// capacity.
	AllocationSet bool `xml:"-"`
	// Physical is the size of the image itself; a daemon tells it.
	Physical *StorageSize `xml:"physical" vir:"live"`

	Target       StorageVolumeTarget  `xml:"target" vir:"pair"`
	BackingStore *StorageBackingStore `xml:"backingStore"`
}

// StorageVolumeType is a kind of volume.
type StorageVolumeType string

// The types of volumes.
const (
	StorageVolumeFile    StorageVolumeType = "file"
	StorageVolumeBlock   StorageVolumeType = "block"
	StorageVolumeDir     StorageVolumeType = "dir"
	StorageVolumeNetwork StorageVolumeType = "network"
	StorageVolumeNetDir  StorageVolumeType = "netdir"
	StorageVolumePloop   StorageVolumeType = "ploop"
)

func (StorageVolumeType) values() []string {
	return []string{"file", "block", "dir", "network", "netdir", "ploop"}
}

// StorageVolumeSource is where a volume lies.
type StorageVolumeSource struct {
	Devices []StorageVolumeDevice `xml:"device"`
}

// StorageVolumeDevice is a device that holds parts of a volume.
type StorageVolumeDevice struct {
	Path    string          `xml:"path,attr" vir:"always"`
	Extents []StorageExtent `xml:"extent"`
}

// StorageVolumeTarget is what the volume is on the host.
type StorageVolumeTarget struct {
	Path        string              `xml:"path,omitempty"`
	Format      *StorageFormat      `xml:"format"`
	Permissions *StoragePermissions `xml:"permissions"`
	Timestamps  *StorageTimestamps  `xml:"timestamps" vir:"live"`
	Encryption  *DiskEncryption     `xml:"encryption" vir:"pair"`
	// Compat is the version of qcow2: 0.10 or 1.1.
	Compat string `xml:"compat,omitempty"`
	// NoCOW turns copy on write off for the image.
	NoCOW       Flag                   `xml:"nocow,omitempty"`
	ClusterSize *StorageClusterSize    `xml:"clusterSize"`
	Features    *StorageVolumeFeatures `xml:"features" vir:"always"`
}

// StorageTimestamps are seconds since the epoch with nine digits behind the
// point, or none where those are zero.
type StorageTimestamps struct {
	Access string `xml:"atime,omitempty"`
	Modify string `xml:"mtime,omitempty"`
	Change string `xml:"ctime,omitempty"`
	Birth  string `xml:"btime,omitempty"`
}

// StorageClusterSize is the unit in which qcow2 allocates, in bytes.
type StorageClusterSize struct {
	Unit  string `xml:"unit,attr"` // always B once parsed
	Value uint64 `xml:",chardata" vir:"always"`
}

// StorageVolumeFeatures are those of qcow2 1.1.
type StorageVolumeFeatures struct {
	LazyRefcounts Flag `xml:"lazy_refcounts,omitempty"`
	ExtendedL2    Flag `xml:"extended_l2,omitempty"`
	// DataFile says that the data is in another file.
	DataFile Flag `xml:"data_file,omitempty"`
}

// StorageBackingStore is the image below an image.
type StorageBackingStore struct {
	Path        string              `xml:"path"`
	Format      *StorageFormat      `xml:"format"`
	Permissions *StoragePermissions `xml:"permissions"`
	Timestamps  *StorageTimestamps  `xml:"timestamps" vir:"live"`
}

// ParseStorageVolume reads the document of a volume for a pool of a type,
// which decides about the formats, and adds what libvirt adds to every volume.
func ParseStorageVolume(doc []byte, pool StoragePoolType, options ...Option) (*StorageVolume, error) {
	d := decoder{pool: pool}
	for _, o := range options {
		o(&d)
	}
	v := new(StorageVolume)
	err := d.withTree(doc, vir.FromStorage, func(n node) error {
		if err := checkRoot(n, "volume"); err != nil {
			return err
		}
		return d.decode(n, v)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// FormatStorageVolume writes the document of a volume.
func FormatStorageVolume(v *StorageVolume, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "volume", v, flags&^(FormatInactive|FormatMigratable)), nil
}

// ValidateStorageVolumeSchema refuses elements and attributes that volumes do
// not have (VIR_STORAGE_VOL_CREATE_VALIDATE).
func ValidateStorageVolumeSchema(doc []byte) error {
	return validateKind(doc, "volume", vir.FromStorage)
}

// read reads an amount in any unit; an absent one is zero.
func (s *StorageSize) read(n node) error {
	if !n.Valid() || n.Text() == "" {
		return nil
	}
	number, err := parseNumber(n.Text())
	if err != nil {
		// The reference calls every such element so.
		return errStorage("malformed capacity element")
	}
	unit, _ := n.Attr("unit")
	bytes, err := scaleNumber(number, unit, 1, math.MaxInt64)
	*s = Bytes(bytes)
	return err
}

func (s *StorageSize) parseNode(_ *decoder, n node) error { return s.read(n) }
