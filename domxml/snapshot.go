package domxml

// DomainSnapshot is the document of a snapshot: a point in the life of a
// domain that one can go back to.
type DomainSnapshot struct {
	XMLName struct{} `xml:"domainsnapshot"`

	// Name is unique among the snapshots of a domain.
	Name        string        `xml:"name,omitempty"`
	Description string        `xml:"description,omitempty"`
	State       SnapshotState `xml:"state,omitempty"`
	// Parent is the name of the snapshot that was current before.
	Parent string `xml:"parent>name,omitempty"`
	// CreationTime is in seconds since the epoch.
	CreationTime int64           `xml:"creationTime,omitempty"`
	Memory       *SnapshotMemory `xml:"memory"`
	Disks        []SnapshotDisk  `xml:"disks>disk"`
	// RevertDisks are the overlays that the disks have since a revert.
	RevertDisks []SnapshotDisk `xml:"revertDisks>disk"`
	// Domain is what was running or would have been started then;
	// InactiveDomain is the definition of the next start where it was another.
	Domain         *MomentDomain   `xml:"domain"`
	InactiveDomain *InactiveDomain `xml:"inactiveDomain"`
	// Cookie is what a hypervisor wants to know when it goes back.
	Cookie *SnapshotCookie `xml:"cookie"`
	// Active is 1 for the current snapshot, in files only.
	Active *int `xml:"active"`
}

// SnapshotState is the state of the domain when the snapshot was taken.
type SnapshotState string

// The states of snapshots. A disk snapshot has no guest to go on with.
const (
	SnapshotNoState     SnapshotState = "nostate"
	SnapshotRunning     SnapshotState = "running"
	SnapshotBlocked     SnapshotState = "blocked"
	SnapshotPaused      SnapshotState = "paused"
	SnapshotShutdown    SnapshotState = "shutdown"
	SnapshotShutoff     SnapshotState = "shutoff"
	SnapshotCrashed     SnapshotState = "crashed"
	SnapshotPMSuspended SnapshotState = "pmsuspended"
	SnapshotDiskOnly    SnapshotState = "disk-snapshot"
)

// snapshotStates are those that a document may name.
var snapshotStates = []SnapshotState{
	SnapshotRunning, SnapshotBlocked, SnapshotPaused, SnapshotShutdown, SnapshotShutoff, SnapshotCrashed, SnapshotPMSuspended, SnapshotDiskOnly,
}

// Offline says that there was no guest, or that it was not saved.
func (s SnapshotState) Offline() bool { return s == SnapshotShutoff || s == SnapshotDiskOnly }

// SnapshotLocation is where a part of a snapshot is kept.
type SnapshotLocation string

// The locations: nowhere, inside of the image, in a file of its own, or by
// somebody else.
const (
	SnapshotNo       SnapshotLocation = "no"
	SnapshotInternal SnapshotLocation = "internal"
	SnapshotExternal SnapshotLocation = "external"
	SnapshotManual   SnapshotLocation = "manual"
)

func (SnapshotLocation) values() []string { return []string{"no", "internal", "external", "manual"} }

// SnapshotMemory is where the memory of the guest is kept.
type SnapshotMemory struct {
	Snapshot SnapshotLocation `xml:"snapshot,attr,omitempty"`
	File     string           `xml:"file,attr,omitempty"`
}

// SnapshotDisk is how one disk takes part.
type SnapshotDisk struct {
	// Name is the target of the disk, or its source in a new document.
	Name     string           `xml:"name,attr" vir:"always"`
	Snapshot SnapshotLocation `xml:"snapshot,attr,omitempty"`
	Type     DiskType         `xml:"type,attr,omitempty"`

	Driver *SnapshotDriver `xml:"driver"`
	Source *DiskSource     `xml:"source"`
	// DeleteInProgress says that a deletion did not come to its end.
	DeleteInProgress Flag `xml:"snapshotDeleteInProgress,omitempty"`
}

// SnapshotDriver is the format of an overlay.
type SnapshotDriver struct {
	Type          string         `xml:"type,attr,omitempty"`
	MetadataCache *MetadataCache `xml:"metadata_cache"`
}

// SnapshotCookie is what a hypervisor keeps with a snapshot.
type SnapshotCookie struct {
	CPU *CPU `xml:"cpu"`
	// SlirpHelper says that the guest's network had a helper process.
	SlirpHelper Flag `xml:"slirpHelper,omitempty"`
}

// MomentDomain is the domain inside of a snapshot or checkpoint.
type MomentDomain struct {
	XMLName struct{} `xml:"domain"`
	Domain
	// Bare says that only the UUID is known, as in documents of libvirt before
	// 0.9.5.
	Bare bool `xml:"-"`
}

// InactiveDomain is the definition of the next start.
type InactiveDomain struct {
	XMLName struct{} `xml:"inactiveDomain"`
	Domain
}

// External says that a part of the snapshot is in a file of its own.
func (s *DomainSnapshot) External() bool {
	if s.Memory != nil && s.Memory.Snapshot == SnapshotExternal {
		return true
	}
	for i := range s.Disks {
		if s.Disks[i].Snapshot == SnapshotExternal {
			return true
		}
	}
	return false
}

// FormatDomainSnapshot writes the document of a snapshot.
func FormatDomainSnapshot(s *DomainSnapshot, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "domainsnapshot", s, flags), nil
}
