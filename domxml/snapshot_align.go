package domxml

import (
	"os"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// AlignDisks settles how every disk of the domain takes part in the snapshot,
// in the order of the domain's disks. Those that the document does not name
// do what the domain says of them, or what location says. strict refuses a
// disk that shall do anything else.
func (s *DomainSnapshot) AlignDisks(dom *Domain, location SnapshotLocation, strict bool) error {
	if len(s.Disks) > len(dom.Devices.Disks) {
		return errSnapshot(vir.ErrConfigUnsupported, "too many disk snapshot requests for domain")
	}
	given := make([]*SnapshotDisk, len(dom.Devices.Disks))
	for i := range s.Disks {
		k := &s.Disks[i]
		at := dom.diskIndex(k.Name)
		if at < 0 {
			return errSnapshot(vir.ErrConfigUnsupported, "no disk named '%s'", k.Name)
		}
		target := &dom.Devices.Disks[at]
		if given[at] != nil {
			return errSnapshot(vir.ErrConfigUnsupported, "disk '%s' specified twice", target.Target.Dev)
		}
		k.Name = target.Target.Dev
		given[at] = k
		if k.Snapshot == "" {
			k.Snapshot = target.snapshotLocation(location)
		} else if strict && k.Snapshot != location {
			return errSnapshot(vir.ErrConfigUnsupported, "disk '%s' must use snapshot mode '%s'", k.Name, location)
		}
		if k.Source != nil && k.Snapshot != SnapshotExternal {
			return errSnapshot(vir.ErrConfigUnsupported, "file '%s' for disk '%s' requires use of external snapshot mode", k.Source.name(), k.Name)
		}
	}
	disks := make([]SnapshotDisk, len(given))
	for i, k := range given {
		if k != nil {
			disks[i] = *k
		} else {
			disk := &dom.Devices.Disks[i]
			disks[i] = SnapshotDisk{Name: disk.Target.Dev, Snapshot: disk.snapshotLocation(location)}
		}
	}
	for i := range disks {
		if disks[i].Snapshot != SnapshotExternal {
			disks[i].Type, disks[i].Driver = "", nil
			continue
		}
		if err := disks[i].nameOverlay(&dom.Devices.Disks[i], s.Name); err != nil {
			return err
		}
	}
	s.Disks = disks
	return nil
}

// diskIndex finds a disk by its target or its source.
func (d *Domain) diskIndex(name string) int {
	for i := range d.Devices.Disks {
		if d.Devices.Disks[i].Target.Dev == name {
			return i
		}
	}
	if !strings.HasPrefix(name, "/") {
		return -1
	}
	for i := range d.Devices.Disks {
		if s := d.Devices.Disks[i].Source; s != nil && s.name() == name {
			return i
		}
	}
	return -1
}

// snapshotLocation is what a disk does in a snapshot that does not name it.
// What cannot change, or is not there, needs none.
func (k *Disk) snapshotLocation(otherwise SnapshotLocation) SnapshotLocation {
	switch {
	case k.Snapshot != "":
		return SnapshotLocation(k.Snapshot)
	case bool(k.Readonly) || k.Source == nil || k.Source.empty():
		return SnapshotNo
	}
	return otherwise
}

// nameOverlay makes the name of the overlay's file from that of the image,
// whose ending becomes the snapshot's name.
func (k *SnapshotDisk) nameOverlay(disk *Disk, snapshot string) error {
	if k.Type == "" {
		k.Type = DiskFile
	}
	if k.Source != nil {
		return nil
	}
	if k.Type != DiskFile {
		return errSnapshot(vir.ErrConfigUnsupported, "cannot generate external snapshot name for disk '%s' on a '%s' device", k.Name, k.Type)
	}
	path := ""
	if disk.Source != nil {
		path = disk.Source.File
	}
	if path == "" {
		if disk.Source == nil || disk.Source.Dev == "" {
			return errNotRegular(k.Name)
		}
		path = disk.Source.Dev
	}
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return errNotRegular(k.Name)
	}
	if dot := strings.LastIndexByte(path, '.'); dot > strings.LastIndexByte(path, '/') {
		path = path[:dot]
	}
	k.Source = &DiskSource{Type: DiskFile, File: path + "." + snapshot}
	return nil
}

func errNotRegular(disk string) error {
	return errSnapshot(vir.ErrConfigUnsupported, "source for disk '%s' is not a regular file; refusing to generate external snapshot name", disk)
}
