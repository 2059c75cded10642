package domxml

import (
	"github.com/govirtd/govirtd/protocol/vir"
	"reflect"
)

// StoragePool is where volumes come from (virStoragePoolDefineXML).
type StoragePool struct {
	Type StoragePoolType `xml:"type,attr" vir:"required"`
	// XMLNSFS and XMLNSRBD declare the prefixes of the options below; formatting
	// sets them where they are needed.
	XMLNSFS  string `xml:"xmlns:fs,attr,omitempty"`
	XMLNSRBD string `xml:"xmlns:rbd,attr,omitempty"`

	Name string `xml:"name"`
	UUID UUID   `xml:"uuid" vir:"always"`
	// UUIDSet says that the document named the identifier.
	UUIDSet bool `xml:"-"`

	// Capacity, Allocation and Available are a daemon's answers: a definition
	// cannot set them, so they are read with the option Live only.
	Capacity   StorageSize `xml:"capacity" vir:"live always"`
	Allocation StorageSize `xml:"allocation" vir:"live always"`
	Available  StorageSize `xml:"available" vir:"live always"`

	Features *StoragePoolFeatures `xml:"features"`
	Source   StoragePoolSource    `xml:"source" vir:"pair"`
	Target   *StoragePoolTarget   `xml:"target"`

	MountOptions  *StorageMountOptions  `xml:"fs:mount_opts"`
	Refresh       *StoragePoolRefresh   `xml:"refresh"`
	ConfigOptions *StorageConfigOptions `xml:"rbd:config_opts"`
}

// StoragePoolType is a kind of storage.
type StoragePoolType string

// The types of pools.
const (
	StoragePoolDir         StoragePoolType = "dir"
	StoragePoolFS          StoragePoolType = "fs"
	StoragePoolNetFS       StoragePoolType = "netfs"
	StoragePoolLogical     StoragePoolType = "logical"
	StoragePoolDisk        StoragePoolType = "disk"
	StoragePoolISCSI       StoragePoolType = "iscsi"
	StoragePoolISCSIDirect StoragePoolType = "iscsi-direct"
	StoragePoolSCSI        StoragePoolType = "scsi"
	StoragePoolMpath       StoragePoolType = "mpath"
	StoragePoolRBD         StoragePoolType = "rbd"
	StoragePoolSheepdog    StoragePoolType = "sheepdog"
	StoragePoolGluster     StoragePoolType = "gluster"
	StoragePoolZFS         StoragePoolType = "zfs"
	StoragePoolVstorage    StoragePoolType = "vstorage"
)

func (StoragePoolType) values() []string {
	return []string{
		"dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "rbd", "sheepdog", "gluster",
		"zfs", "vstorage",
	}
}

// StorageSize is an amount in bytes. Documents may use any unit.
type StorageSize struct {
	Unit  string `xml:"unit,attr,omitempty"` // always bytes once parsed
	Value uint64 `xml:",chardata" vir:"always"`
}

// Bytes makes an amount.
func Bytes(n uint64) StorageSize { return StorageSize{Unit: "bytes", Value: n} }

func (s *StorageSize) formatElement(e *encoder, name string) {
	e.fields(name, reflect.ValueOf(&StorageSize{Unit: "bytes", Value: s.Value}).Elem(), planOf(reflect.TypeFor[StorageSize]()), nil)
}

// StoragePoolFeatures are what a pool can be told to do or not to do.
type StoragePoolFeatures struct {
	COW *StorageCOW `xml:"cow"`
}

// StorageCOW is copy on write in the file system of a pool.
type StorageCOW struct {
	State YesNo `xml:"state,attr"`
}

// StoragePoolTarget is where volumes appear on the host.
type StoragePoolTarget struct {
	Path        string              `xml:"path,omitempty"`
	Permissions *StoragePermissions `xml:"permissions"`
}

// StorageMountOptions are passed to mount.
type StorageMountOptions struct {
	Options []StorageMountOption `xml:"fs:option"`
}

// StorageMountOption is one of them.
type StorageMountOption struct {
	Name string `xml:"name,attr" vir:"always"`
}

// StoragePoolRefresh says how volumes are looked at.
type StoragePoolRefresh struct {
	Volume *StorageRefreshVolume `xml:"volume"`
}

// StorageRefreshVolume says what a volume's allocation is: what it really has
// (default), or its capacity, which costs nothing to find out.
type StorageRefreshVolume struct {
	Allocation string `xml:"allocation,attr,omitempty"`
}

// StorageConfigOptions are settings of the Ceph client.
type StorageConfigOptions struct {
	Options []StorageConfigOption `xml:"rbd:option"`
}

// StorageConfigOption is one of them.
type StorageConfigOption struct {
	Name  string `xml:"name,attr" vir:"always"`
	Value string `xml:"value,attr" vir:"always"`
}

// The namespaces of options.
const (
	storageFSNamespace  = "http://libvirt.org/schemas/storagepool/fs/1.0"
	storageRBDNamespace = "http://libvirt.org/schemas/storagepool/rbd/1.0"
)

func (p *StoragePool) formatElement(e *encoder, name string) {
	q := *p
	q.XMLNSFS, q.XMLNSRBD = "", ""
	if q.MountOptions != nil {
		q.XMLNSFS = storageFSNamespace
	}
	if q.ConfigOptions != nil {
		q.XMLNSRBD = storageRBDNamespace
	}
	e.fields(name, reflect.ValueOf(&q).Elem(), planOf(reflect.TypeFor[StoragePool]()), nil)
}

// ParseStoragePool reads the document of a pool with what libvirt adds to
// every pool of the type, and refuses what does not fit together.
func ParseStoragePool(doc []byte, options ...Option) (*StoragePool, error) {
	return parse[StoragePool](doc, "pool", vir.FromStorage, options)
}

// FormatStoragePool writes the document of a pool.
func FormatStoragePool(p *StoragePool, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "pool", p, flags&^(FormatInactive|FormatMigratable)), nil
}

// ValidateStoragePoolSchema refuses elements and attributes that pools do not
// have (VIR_STORAGE_POOL_DEFINE_VALIDATE).
func ValidateStoragePoolSchema(doc []byte) error {
	return validateKind(doc, "pool", vir.FromStorage)
}
