package domxml

// Filesystem is a folder of the host that the guest sees.
type Filesystem struct {
	Type       string            `xml:"type,attr,omitempty" vir:"enum=mount|block|file|template|ram|bind|volume"`
	AccessMode string            `xml:"accessmode,attr,omitempty" vir:"enum=passthrough|mapped|squash"`
	Model      string            `xml:"model,attr,omitempty" vir:"enum=virtio|virtio-transitional|virtio-non-transitional"`
	MultiDevs  string            `xml:"multidevs,attr,omitempty" vir:"enum=default|remap|forbid|warn"`
	FMode      string            `xml:"fmode,attr,omitempty"`
	DMode      string            `xml:"dmode,attr,omitempty"`
	Driver     *FilesystemDriver `xml:"driver"`
	Binary     *VirtiofsBinary   `xml:"binary"`
	IDMap      *IDMap            `xml:"idmap"`
	Source     *FilesystemSource `xml:"source"`
	Target     *FilesystemTarget `xml:"target"`
	Readonly   Flag              `xml:"readonly,omitempty"`
	BootInfo
	SpaceHardLimit *ByteSize `xml:"space_hard_limit"`
	SpaceSoftLimit *ByteSize `xml:"space_soft_limit"`
}

// FilesystemDriver says who serves a folder.
type FilesystemDriver struct {
	Type     string `xml:"type,attr,omitempty" vir:"enum=default|path|handle|loop|nbd|ploop|virtiofs|mtp"`
	Format   string `xml:"format,attr,omitempty"`
	WRPolicy string `xml:"wrpolicy,attr,omitempty" vir:"enum=default|immediate"`
	Queue    uint64 `xml:"queue,attr,omitempty"`
	VirtioOptions
}

// FilesystemSource is the folder on the host.
type FilesystemSource struct {
	File   string `xml:"file,attr,omitempty"`
	Dev    string `xml:"dev,attr,omitempty"`
	Dir    string `xml:"dir,attr,omitempty"`
	Name   string `xml:"name,attr,omitempty"`
	Usage  uint64 `xml:"usage,attr,omitempty"`
	Units  string `xml:"units,attr,omitempty"`
	Pool   string `xml:"pool,attr,omitempty"`
	Volume string `xml:"volume,attr,omitempty"`
	Socket string `xml:"socket,attr,omitempty"`
}

// FilesystemTarget is the name or place in the guest.
type FilesystemTarget struct {
	Dir string `xml:"dir,attr,omitempty"`
}

// VirtiofsBinary are settings of the server of a virtiofs.
type VirtiofsBinary struct {
	Path       string           `xml:"path,attr,omitempty"`
	XAttr      OnOff            `xml:"xattr,attr,omitempty"`
	Cache      *VirtiofsMode    `xml:"cache"`
	Sandbox    *VirtiofsSandbox `xml:"sandbox"`
	Lock       *VirtiofsLock    `xml:"lock"`
	ThreadPool *ThreadPool      `xml:"thread_pool"`
	OpenFiles  *OpenFiles       `xml:"openfiles"`
}

// VirtiofsMode is how long content is kept.
type VirtiofsMode struct {
	Mode string `xml:"mode,attr,omitempty" vir:"enum=none|always"`
}

// VirtiofsSandbox is how the server confines itself.
type VirtiofsSandbox struct {
	Mode string `xml:"mode,attr,omitempty" vir:"enum=namespace|chroot"`
}

// VirtiofsLock says which locks guests may take.
type VirtiofsLock struct {
	POSIX OnOff `xml:"posix,attr,omitempty"`
	Flock OnOff `xml:"flock,attr,omitempty"`
}

// ThreadPool is a number of threads.
type ThreadPool struct {
	Size *int `xml:"size,attr,omitempty"`
}

// OpenFiles bounds the number of open files.
type OpenFiles struct {
	Max uint64 `xml:"max,attr,omitempty" vir:"nonzero"`
}
