package domxml

import (
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainBackup is the document of a backup job: what is copied where, or
// offered to whom.
type DomainBackup struct {
	XMLName struct{} `xml:"domainbackup"`

	// Mode is push by default: the hypervisor writes. With pull a client reads
	// from a server.
	Mode BackupMode `xml:"mode,attr,omitempty" vir:"enum=push|pull"`
	// Incremental is the checkpoint since which changes are wanted; empty
	// wants everything.
	Incremental string         `xml:"incremental,omitempty"`
	Server      *BackupServer  `xml:"server"`
	Disks       []BackupDisk   `xml:"disks>disk"`
	PrivateData *BackupPrivate `xml:"privateData" vir:"live"`
}

// BackupMode says who moves the data.
type BackupMode string

// The modes of backups.
const (
	BackupPush BackupMode = "push"
	BackupPull BackupMode = "pull"
)

// BackupServer is what clients connect to for a pull.
type BackupServer struct {
	Transport string `xml:"transport,attr,omitempty" vir:"enum=tcp|unix|rdma|fd"`
	TLS       YesNo  `xml:"tls,attr,omitempty"`
	Name      string `xml:"name,attr,omitempty"`
	Port      uint   `xml:"port,attr,omitempty"`
	Socket    string `xml:"socket,attr,omitempty"`
	FDGroup   string `xml:"fdgroup,attr,omitempty"`
}

// BackupDisk is how one disk takes part.
type BackupDisk struct {
	// Name is the target of the disk.
	Name   string `xml:"name,attr" vir:"required"`
	Backup YesNo  `xml:"backup,attr,omitempty"`
	// State is how far the copy is, in files only.
	State string   `xml:"state,attr,omitempty" vir:"live enum=running|complete|failed|cancelling|cancelled"`
	Type  DiskType `xml:"type,attr,omitempty"`
	// BackupMode is incremental where there is a checkpoint to start from.
	BackupMode   string `xml:"backupmode,attr,omitempty" vir:"enum=full|incremental"`
	Incremental  string `xml:"incremental,attr,omitempty"`
	ExportName   string `xml:"exportname,attr,omitempty"`
	ExportBitmap string `xml:"exportbitmap,attr,omitempty"`
	Index        uint   `xml:"index,attr,omitempty" vir:"live"`

	Driver *ImageType `xml:"driver"`
	// Target takes the copy of a push, Scratch what the guest writes over
	// during a pull.
	Target  *DiskSource `xml:"target"`
	Scratch *DiskSource `xml:"scratch"`
}

// ImageType is a format.
type ImageType struct {
	Type string `xml:"type,attr,omitempty"`
}

// BackupPrivate names the objects that a running job has in the hypervisor.
type BackupPrivate struct {
	Objects *BackupObjects `xml:"objects"`
}

// BackupObjects are the objects of a running job.
type BackupObjects struct {
	Secrets []BackupObject `xml:"secret"`
	TLS     *BackupObject  `xml:"TLSx509"`
}

// BackupObject is one object of a hypervisor.
type BackupObject struct {
	Type  string `xml:"type,attr,omitempty"`
	Alias string `xml:"alias,attr,omitempty"`
}

// errBackup is an error of a backup's document, which belongs to the domain.
func errBackup(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, code, format, args...)
}

// ParseDomainBackup reads the document of a backup job.
func ParseDomainBackup(doc []byte, options ...Option) (*DomainBackup, error) {
	return parse[DomainBackup](doc, "domainbackup", vir.FromDomain, options)
}

// ValidateDomainBackupSchema holds the document of a backup job against its
// schema; that of another kind is left to ParseDomainBackup.
func ValidateDomainBackupSchema(doc []byte) error {
	return validateKind(doc, "domainbackup", vir.FromDomain)
}

// FormatDomainBackup writes the document of a backup job.
func FormatDomainBackup(b *DomainBackup, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "domainbackup", b, flags), nil
}

func (b *DomainBackup) parsed(*decoder, node) error {
	if b.Mode == "" {
		b.Mode = BackupPush
	}
	s := b.Server
	switch {
	case s == nil:
	case b.Mode == BackupPush:
		return errBackup(vir.ErrXMLError, "use of <server> requires pull mode backup")
	case s.Transport == "rdma":
		return errBackup(vir.ErrConfigUnsupported, "transport rdma is not supported for <server>")
	case s.Transport == "unix" && s.Socket != "" && s.Socket[0] != '/':
		return errBackup(vir.ErrXMLError, "backup socket path '%s' must be absolute", s.Socket)
	}
	return nil
}

func (k *BackupDisk) parsed(*decoder, node) error {
	if k.Backup == No {
		*k = BackupDisk{Name: k.Name, Backup: No}
		return nil
	}
	if k.Type == "" {
		k.Type = DiskFile
	}
	if k.Type != DiskFile && k.Type != DiskBlock {
		return errBackup(vir.ErrXMLError, "unsupported disk backup type '%s'", k.Type)
	}
	for _, s := range []*DiskSource{k.Target, k.Scratch} {
		if s == nil {
			continue
		}
		if s.tie(k.Type); s.Encryption != nil && s.Encryption.Format != "luks" {
			return errBackup(vir.ErrConfigUnsupported, "only '%s' format is supported for backup encryption", "luks")
		}
	}
	if v := k.Driver; v != nil && v.Type != "" && !slices.Contains(diskFormats[1:], v.Type) {
		return errBackup(vir.ErrConfigUnsupported, "unknown disk backup driver '%s'", v.Type)
	}
	return nil
}

// AlignDisks settles how every disk of the domain takes part: the listed ones
// as they say, the others not at all; without a list all that have content.
func (b *DomainBackup) AlignDisks(dom *Domain) error {
	seen := map[string]bool{}
	listed := len(b.Disks) > 0
	for i := range b.Disks {
		k := &b.Disks[i]
		switch {
		case seen[k.Name]:
			return errBackup(vir.ErrConfigUnsupported, "backup for disk '%s' specified twice", k.Name)
		case dom.targetIndex(k.Name) < 0:
			return errBackup(vir.ErrConfigUnsupported, "no disk named '%s'", k.Name)
		}
		seen[k.Name] = true
		b.settle(k)
	}
	for i := range dom.Devices.Disks {
		disk := &dom.Devices.Disks[i]
		if seen[disk.Target.Dev] {
			continue
		}
		k := BackupDisk{Name: disk.Target.Dev, Backup: No}
		if !listed && disk.changes() {
			k.Backup = Yes
			b.settle(&k)
		}
		b.Disks = append(b.Disks, k)
	}
	return nil
}

// settle completes a disk that takes part.
func (b *DomainBackup) settle(k *BackupDisk) {
	if k.Backup == No {
		return
	}
	k.Backup = Yes
	if k.Type == "" {
		k.Type = DiskFile
	}
	switch {
	case k.BackupMode == "full":
		k.Incremental = ""
	case k.Incremental == "" && b.Incremental != "":
		k.BackupMode, k.Incremental = "incremental", b.Incremental
	case k.Incremental != "":
		k.BackupMode = "incremental"
	case k.BackupMode == "":
		k.BackupMode = "full"
	}
}

// targetIndex finds a disk by its target.
func (d *Domain) targetIndex(target string) int {
	return slices.IndexFunc(d.Devices.Disks, func(k Disk) bool { return k.Target.Dev == target })
}
