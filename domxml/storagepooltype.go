package domxml

import "slices"

// storagePoolRules say what pools of a type are made from. What they do not
// have is read, judged and dropped.
type storagePoolRules struct {
	host, device, dir, name, adapter, initiator bool
	// needsDevice: an error without one.
	needsDevice bool
	// formats that a source may have, in the reference's order.
	formats       []string
	defaultFormat string
	// target says whether there is one; targetBase makes it from the source's
	// name, whatever the document says.
	target     bool
	targetBase string
	// volumes are the formats of volumes; nil where a format means nothing.
	volumes       []string
	defaultVolume string
	// kind is what volumes are, whatever their documents say.
	kind StorageVolumeType
}

var (
	storageFSFormats = []string{
		"auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs",
	}
	storageNetFSFormats   = []string{"auto", "nfs", "glusterfs", "cifs"}
	storageLogicalFormats = []string{"unknown", "lvm2"}
	storageDiskFormats    = []string{"unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"}
	// storageFileFormats are those of volumes that are files.
	storageFileFormats = []string{
		"raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2", "qed", "vmdk",
	}
	// storagePartFormats are those of partitions.
	storagePartFormats = []string{"none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"}
)

var storagePoolTypes = map[StoragePoolType]storagePoolRules{
	StoragePoolDir: {target: true, volumes: storageFileFormats, defaultVolume: "raw"},
	StoragePoolFS: {
		device: true, needsDevice: true, formats: storageFSFormats, defaultFormat: "auto", target: true,
		volumes: storageFileFormats, defaultVolume: "raw",
	},
	StoragePoolNetFS: {
		host: true, dir: true, formats: storageNetFSFormats, defaultFormat: "auto", target: true,
		volumes: storageFileFormats, defaultVolume: "raw",
	},
	StoragePoolLogical: {
		kind: StorageVolumeBlock, device: true, name: true, formats: storageLogicalFormats, defaultFormat: "lvm2", target: true, targetBase: "/dev/",
	},
	StoragePoolDisk: {
		kind: StorageVolumeBlock, device: true, needsDevice: true, formats: storageDiskFormats, defaultFormat: "unknown", target: true,
		volumes: storagePartFormats, defaultVolume: "none",
	},
	StoragePoolISCSI:       {kind: StorageVolumeBlock, host: true, device: true, initiator: true, target: true},
	StoragePoolISCSIDirect: {kind: StorageVolumeNetwork, host: true, device: true, initiator: true},
	StoragePoolSCSI:        {kind: StorageVolumeBlock, adapter: true, target: true},
	StoragePoolMpath:       {kind: StorageVolumeBlock, target: true},
	StoragePoolRBD:         {kind: StorageVolumeNetwork, host: true, name: true, volumes: storageFileFormats, defaultVolume: "raw"},
	StoragePoolSheepdog:    {kind: StorageVolumeNetwork, host: true, name: true},
	StoragePoolGluster:     {kind: StorageVolumeNetwork, host: true, dir: true, name: true, volumes: storageFileFormats, defaultVolume: "raw"},
	StoragePoolZFS:         {kind: StorageVolumeBlock, device: true, name: true, target: true, targetBase: "/dev/zvol/"},
	StoragePoolVstorage:    {name: true, target: true, volumes: storageFileFormats, defaultVolume: "raw"},
}

// KnownStoragePoolType says whether there are pools of the type.
func KnownStoragePoolType(t StoragePoolType) bool { return slices.Contains(t.values(), string(t)) }

// VolumeKind is what the volumes of a pool are: file, block or network.
func (t StoragePoolType) VolumeKind() StorageVolumeType {
	if k := storagePoolTypes[t].kind; k != "" {
		return k
	}
	return StorageVolumeFile
}

// Generate draws the identifier of a pool that has none. random fills its
// argument.
func (p *StoragePool) Generate(random func([]byte)) {
	if p.UUIDSet {
		return
	}
	random(p.UUID[:])
	p.UUID.SetVersion4()
	p.UUIDSet = true
}

// Complete adds what libvirt adds to a pool of the type and drops what such a
// pool does not have.
func (p *StoragePool) Complete() error {
	p.completeSource()
	p.completeTarget()
	return nil
}

func (p *StoragePool) completeSource() {
	r, s := storagePoolTypes[p.Type], &p.Source
	if p.Name == "" && r.name {
		p.Name = s.Name
	}
	if r.name && s.Name == "" {
		s.Name = p.Name
	}
	if p.Type == StoragePoolGluster && s.Dir == nil {
		s.Dir = &StorageDir{Path: "/"}
	}
	if r.formats != nil && (s.Format == nil || s.Format.Type == "") {
		s.Format = &StorageFormat{Type: r.defaultFormat}
	}
	s.tie(r)
}

// tie drops what the source of a type does not have.
func (s *StoragePoolSource) tie(r storagePoolRules) {
	if !r.host {
		s.Hosts = nil
	}
	if !r.device {
		s.Devices = nil
	}
	if !r.dir {
		s.Dir = nil
	}
	if !r.adapter {
		s.Adapter = nil
	}
	if !r.name {
		s.Name = ""
	}
	if !r.initiator {
		s.Initiator = nil
	}
	if r.formats == nil {
		s.Format = nil
	}
}

func (p *StoragePool) completeTarget() {
	r := storagePoolTypes[p.Type]
	if !r.target {
		p.Target = nil
		return
	}
	if p.Target == nil {
		p.Target = &StoragePoolTarget{}
	}
	if r.targetBase != "" {
		p.Target.Path = r.targetBase + p.Source.Name
	}
	p.Target.Path = CleanPath(p.Target.Path)
}

// StoragePoolTypeNumber is the place of a type in libvirt's list, by which some
// errors name it; -1 for one that is not there.
func StoragePoolTypeNumber(t StoragePoolType) int { return slices.Index(t.values(), string(t)) }
