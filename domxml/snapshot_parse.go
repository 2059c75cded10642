package domxml

import (
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// New reads the document of something that is to be made now: what only its
// maker can know, such as state, time, parent and domain, is dropped.
func New() Option { return func(d *decoder) { d.moment = momentNew } }

// Redefine reads the document of something that exists: all of it has to be
// there.
func Redefine() Option { return func(d *decoder) { d.moment = momentRedefined } }

// Kept reads what a file on disk has besides: which one is the current.
func Kept() Option { return func(d *decoder) { d.moment = momentKept } }

// momentMode is how documents of snapshots and checkpoints are read; the zero
// value takes whatever is there.
type momentMode uint8

const (
	momentAny momentMode = iota
	momentNew
	momentRedefined
	momentKept
)

// existing says that the document is about something that exists.
func (m momentMode) existing() bool { return m == momentRedefined || m == momentKept }

func errSnapshot(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(vir.FromDomainSnapshot, code, format, args...)
}

// ParseDomainSnapshot reads the document of a snapshot.
func ParseDomainSnapshot(doc []byte, options ...Option) (*DomainSnapshot, error) {
	return parse[DomainSnapshot](doc, "domainsnapshot", vir.FromDomainSnapshot, options)
}

func (s *DomainSnapshot) parseNode(d *decoder, n node) error {
	s.Name, s.Description = childText(n, "name"), childText(n, "description")
	if s.Name == "" && d.moment.existing() {
		return errSnapshot(vir.ErrXMLError, "a redefined snapshot must have a name")
	}
	if d.moment != momentNew {
		if err := s.parseHistory(d, n); err != nil {
			return err
		}
	}
	if err := s.parseMemory(d, n); err != nil {
		return err
	}
	for _, list := range []struct {
		name string
		to   *[]SnapshotDisk
	}{{"disks", &s.Disks}, {"revertDisks", &s.RevertDisks}} {
		if list.name == "revertDisks" && d.moment == momentNew {
			continue
		}
		var holder struct {
			Disks []SnapshotDisk `xml:"disk"`
		}
		if c := n.Child(list.name); c.Valid() {
			if err := d.decode(c, &holder); err != nil {
				return err
			}
		}
		*list.to = holder.Disks
	}
	return s.parseKept(d, n)
}

// parseHistory reads what is known of a snapshot that exists already.
func (s *DomainSnapshot) parseHistory(d *decoder, n node) error {
	text := childText(n, "creationTime")
	t, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil && (d.moment.existing() || text != "") {
		return errSnapshot(vir.ErrInternalError, "missing creationTime from existing snapshot")
	}
	s.CreationTime = t
	if p := n.Child("parent"); p.Valid() {
		s.Parent = childText(p, "name")
	}
	s.State = SnapshotState(childText(n, "state"))
	switch {
	case s.State == "" && d.moment.existing():
		// There was no state before libvirt knew of any but offline ones.
		return errSnapshot(vir.ErrXMLError, "missing state from existing snapshot")
	case s.State != "" && !slices.Contains(snapshotStates, s.State):
		return errSnapshot(vir.ErrConfigUnsupported, "Invalid state '%s' in domain snapshot XML", s.State)
	}
	if c := n.Child("domain"); c.Valid() {
		if s.Domain, err = parseMomentDomain(d, c); err != nil {
			return err
		}
	}
	if d.moment.existing() && (s.Domain == nil || s.Domain.Bare) {
		return errSnapshot(vir.ErrInternalError, "missing domain in snapshot")
	}
	if c := n.Child("inactiveDomain"); c.Valid() {
		s.InactiveDomain = &InactiveDomain{}
		return d.decode(c, &s.InactiveDomain.Domain)
	}
	return nil
}

// parseMomentDomain reads the domain inside of a document; without a type it
// is a mere reference.
func parseMomentDomain(d *decoder, n node) (*MomentDomain, error) {
	m := &MomentDomain{}
	if _, typed := n.Attr("type"); typed {
		return m, d.decode(n, &m.Domain)
	}
	m.Bare = true
	if id := n.Child("uuid"); id.Valid() {
		var ok bool
		if m.UUID, ok = ParseUUID(id.Text()); !ok {
			return nil, errInternal("malformed uuid element")
		}
	}
	return m, nil
}

// formatElement writes a mere reference, or the whole domain.
func (m *MomentDomain) formatElement(e *encoder, name string) {
	if !m.Bare {
		e.any(name, &m.Domain)
		return
	}
	e.line("<" + name + ">")
	e.depth++
	e.line("<uuid>" + m.UUID.String() + "</uuid>")
	e.depth--
	e.line("</" + name + ">")
}

// parseMemory reads where the memory is kept; the state decides where the
// document does not.
func (s *DomainSnapshot) parseMemory(d *decoder, n node) error {
	var m SnapshotMemory
	c := n.Child("memory")
	if c.Valid() {
		if err := d.plain(c, &m); err != nil {
			return err
		}
	}
	switch {
	case m.Snapshot == SnapshotManual:
		return errSnapshot(vir.ErrXMLError, "'%s' memory snapshot mode not supported", m.Snapshot)
	case m.Snapshot == "" && m.File != "":
		m.Snapshot = SnapshotExternal
	case m.Snapshot == "" && d.moment.existing() && s.State.Offline():
		m.Snapshot = SnapshotNo
	case m.Snapshot == "" && d.moment.existing():
		m.Snapshot = SnapshotInternal
	}
	if d.moment.existing() && m.Snapshot != SnapshotNo && s.State.Offline() {
		return errSnapshot(vir.ErrXMLError, "memory state cannot be saved with offline or disk-only snapshot")
	}
	switch {
	case m.File == "" && m.Snapshot == SnapshotExternal:
		return errSnapshot(vir.ErrXMLError, "external memory snapshots require a filename")
	case m.File != "" && m.Snapshot != SnapshotExternal:
		return errSnapshot(vir.ErrXMLError, "memory filename '%s' requires external snapshot", m.File)
	case m.File != "" && m.File[0] != '/':
		return errSnapshot(vir.ErrXMLError, "memory snapshot file path (%s) must be absolute", m.File)
	}
	if m.Snapshot != "" {
		s.Memory = &m
	}
	return nil
}

// parseKept reads what only files have.
func (s *DomainSnapshot) parseKept(d *decoder, n node) error {
	if d.moment == momentNew || d.moment == momentRedefined {
		return nil
	}
	if c := n.Child("cookie"); c.Valid() && d.moment == momentAny {
		s.Cookie = &SnapshotCookie{}
		if err := d.decode(c, s.Cookie); err != nil {
			return err
		}
	}
	active, err := strconv.Atoi(childText(n, "active"))
	switch {
	case err == nil:
		s.Active = &active
	case d.moment == momentKept:
		return errSnapshot(vir.ErrInternalError, "Could not find 'active' element")
	}
	return nil
}

func (k *SnapshotDisk) parseNode(d *decoder, n node) error {
	if _, ok := n.Attr("name"); !ok {
		return errSnapshot(vir.ErrInternalError, "missing name from disk snapshot element")
	}
	if err := d.plain(n, k); err != nil {
		return err
	}
	typed := k.Type
	if typed == "" {
		typed = DiskFile
	}
	if k.Source != nil {
		k.Source.tie(typed)
		if k.Source.empty() {
			k.Source = nil
		} else if err := k.Source.check(); err != nil {
			return err
		}
	}
	if v := k.Driver; v != nil {
		if v.Type != "" && !slices.Contains(diskFormats[1:], v.Type) {
			return errSnapshot(vir.ErrConfigUnsupported, "unknown disk snapshot driver '%s'", v.Type)
		}
		if v.Type == "" && v.MetadataCache == nil {
			k.Driver = nil
		}
	}
	if k.Snapshot == "" && (k.Source != nil || k.Driver != nil && k.Driver.Type != "") {
		k.Snapshot = SnapshotExternal
	}
	k.Type = typed
	k.settle()
	return nil
}

// settle leaves the type to those that have one.
func (k *SnapshotDisk) settle() {
	if k.Snapshot != SnapshotExternal && k.Source == nil && k.Driver == nil {
		k.Type = ""
	}
}
