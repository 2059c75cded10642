package domxml

// DiskSource is where the content of a disk is. Which fields count depends on
// the type of the disk.
type DiskSource struct {
	// Type is that of the element around, which decides what is written.
	Type DiskType `xml:"-"`

	File     string `xml:"file,attr,omitempty"`
	Dev      string `xml:"dev,attr,omitempty"`
	Dir      string `xml:"dir,attr,omitempty"`
	Protocol string `xml:"protocol,attr,omitempty" vir:"enum=nbd|rbd|sheepdog|gluster|iscsi|http|https|ftp|ftps|tftp|vxhs|nfs|ssh"`
	Name     string `xml:"name,attr,omitempty"`
	Query    string `xml:"query,attr,omitempty"`
	TLS      YesNo  `xml:"tls,attr,omitempty"`
	// TLSHostname is the name in the certificate.
	TLSHostname string `xml:"tlsHostname,attr,omitempty"`
	Pool        string `xml:"pool,attr,omitempty"`
	Volume      string `xml:"volume,attr,omitempty"`
	Mode        string `xml:"mode,attr,omitempty" vir:"enum=host|direct"`
	SourceType  string `xml:"type,attr,omitempty"`
	Managed     YesNo  `xml:"managed,attr,omitempty"`
	Namespace   uint64 `xml:"namespace,attr,omitempty"`
	Path        string `xml:"path,attr,omitempty"`

	StartupPolicy string `xml:"startupPolicy,attr,omitempty" vir:"enum=mandatory|requisite|optional"`
	FDGroup       string `xml:"fdgroup,attr,omitempty"`
	Index         uint   `xml:"index,attr,omitempty" vir:"live"`

	Hosts        []DiskHost       `xml:"host"`
	Snapshot     *NamedSource     `xml:"snapshot"`
	Config       *ConfigFile      `xml:"config"`
	Initiator    *Initiator       `xml:"initiator"`
	SSL          *SSL             `xml:"ssl"`
	Cookies      []Cookie         `xml:"cookies>cookie" vir:"secret"`
	Reservations *Reservations    `xml:"reservations"`
	Address      *NVMeAddress     `xml:"address"`
	Reconnect    *Reconnect       `xml:"reconnect"`
	KnownHosts   *KnownHosts      `xml:"knownHosts"`
	Identity     *Identity        `xml:"identity"`
	Readahead    *Readahead       `xml:"readahead"`
	Timeout      *Timeout         `xml:"timeout"`
	Auth         *Auth            `xml:"auth"`
	Encryption   *DiskEncryption  `xml:"encryption" vir:"pair"`
	Slices       []Slice          `xml:"slices>slice"`
	SecLabels    []DeviceSecLabel `xml:"seclabel"`
	DataStore    *DataStore       `xml:"dataStore"`
}

// DiskHost is a server, by name and port or by socket.
type DiskHost struct {
	Name      string `xml:"name,attr,omitempty"`
	Port      uint   `xml:"port,attr,omitempty"`
	Transport string `xml:"transport,attr,omitempty" vir:"enum=tcp|unix|rdma"`
	Socket    string `xml:"socket,attr,omitempty"`
}

// NamedSource names a snapshot.
type NamedSource struct {
	Name string `xml:"name,attr,omitempty"`
}

// ConfigFile is a client's configuration.
type ConfigFile struct {
	File string `xml:"file,attr,omitempty"`
}

// Initiator is the client of an iSCSI target.
type Initiator struct {
	IQN *IQN `xml:"iqn"`
}

// IQN is an iSCSI name.
type IQN struct {
	Name string `xml:"name,attr"`
}

// SSL says whether certificates are checked.
type SSL struct {
	Verify YesNo `xml:"verify,attr,omitempty"`
}

// Cookie goes with requests for a disk.
type Cookie struct {
	Name  string `xml:"name,attr" vir:"required"`
	Value string `xml:",chardata"`
}

// Reservations hands persistent reservations to a helper.
type Reservations struct {
	Managed YesNo              `xml:"managed,attr" vir:"required"`
	Source  *ReservationSource `xml:"source"`
}

// ReservationSource is the helper's socket.
type ReservationSource struct {
	Type string `xml:"type,attr,omitempty"`
	Path string `xml:"path,attr,omitempty"`
	Mode string `xml:"mode,attr,omitempty"`

	Reconnect *Reconnect `xml:"reconnect"`
}

// KnownHosts is a file of ssh.
type KnownHosts struct {
	Path string `xml:"path,attr"`
}

// Identity is who opens a remote file.
type Identity struct {
	User      string `xml:"user,attr,omitempty"`
	Group     string `xml:"group,attr,omitempty"`
	Username  string `xml:"username,attr,omitempty"`
	KeyFile   string `xml:"keyfile,attr,omitempty"`
	AgentSock string `xml:"agentsock,attr,omitempty"`
}

// Readahead is a number of bytes.
type Readahead struct {
	Size uint64 `xml:"size,attr" vir:"required nonzero"`
}

// Timeout is a number of seconds.
type Timeout struct {
	Seconds uint64 `xml:"seconds,attr" vir:"required nonzero"`
}

// Slice is the part of a file that holds the content.
type Slice struct {
	Type   string `xml:"type,attr" vir:"required"`
	Offset uint64 `xml:"offset,attr" vir:"required always"`
	Size   uint64 `xml:"size,attr" vir:"required nonzero"`
}

// Auth is who opens a remote disk.
type Auth struct {
	Username string      `xml:"username,attr"`
	Secret   *AuthSecret `xml:"secret"`
}

// AuthSecret names the password.
type AuthSecret struct {
	Type  string `xml:"type,attr,omitempty"`
	UUID  *UUID  `xml:"uuid,attr,omitempty"`
	Usage string `xml:"usage,attr,omitempty"`
}

// DiskEncryption is how an image is encrypted.
type DiskEncryption struct {
	Format  string             `xml:"format,attr"`
	Engine  string             `xml:"engine,attr,omitempty" vir:"enum=default|qemu|librbd"`
	Secrets []EncryptionSecret `xml:"secret"`
	Cipher  *Cipher            `xml:"cipher"`
	IVGen   *IVGen             `xml:"ivgen"`
}

// EncryptionSecret names a passphrase.
type EncryptionSecret struct {
	Type  string `xml:"type,attr"` // passphrase
	UUID  *UUID  `xml:"uuid,attr,omitempty"`
	Usage string `xml:"usage,attr,omitempty"`
}

// Cipher is an algorithm for whole images.
type Cipher struct {
	Name string `xml:"name,attr" vir:"required always"`
	Size uint   `xml:"size,attr" vir:"required always"`
	Mode string `xml:"mode,attr,omitempty"`
	Hash string `xml:"hash,attr,omitempty"`
}

// IVGen makes initialisation vectors.
type IVGen struct {
	Name string `xml:"name,attr" vir:"required always"`
	Hash string `xml:"hash,attr,omitempty"`
}

// ImageFormat is the format of an image.
type ImageFormat struct {
	Type          string         `xml:"type,attr" vir:"required"`
	MetadataCache *MetadataCache `xml:"metadata_cache"`
}

// BackingStore is the image below an image; an empty one ends the chain.
type BackingStore struct {
	Type   DiskType      `xml:"type,attr,omitempty"`
	Index  uint          `xml:"index,attr,omitempty" vir:"fromlive"`
	Format *ImageFormat  `xml:"format"`
	Source *DiskSource   `xml:"source"`
	Store  *BackingStore `xml:"backingStore" vir:"always"`
}

// DataStore is the file that holds the data of an image apart.
type DataStore struct {
	Type   DiskType     `xml:"type,attr,omitempty"`
	Format *ImageFormat `xml:"format"`
	Source *DiskSource  `xml:"source"`
}

// NVMeAddress is the place of a controller on the host's PCI bus.
type NVMeAddress struct{ Address }

// formatElement leaves out the type, which can be no other.
func (a *NVMeAddress) formatElement(e *encoder, name string) {
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	e.pci(&a.Address)
	e.b = append(e.b, "/>\n"...)
}

func (a *NVMeAddress) parseNode(d *decoder, n node) error {
	a.Type = AddressPCI
	return a.parsePCI(d, n)
}
