package domxml

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

func (k *Disk) parseNode(d *decoder, n node) error {
	if err := d.plain(n, k); err != nil {
		return err
	}
	if k.Type == "" {
		k.Type = DiskFile
	}
	if k.Device == "" {
		k.Device = "disk"
	}
	// A volume may name neither pool nor volume: it has nothing to say then, but it is there.
	unnamed := k.Type == DiskVolume && k.Source != nil
	if k.tieSource(); k.Source != nil {
		if err := k.Source.check(); err != nil {
			return err
		}
	}
	if k.Target.Dev == "" {
		if k.Source != nil && k.Source.name() != "" {
			return vir.Errorf(vir.FromDomain, vir.ErrNoTarget, "%s", k.Source.name())
		}
		return vir.NewError(vir.FromDomain, vir.ErrNoTarget)
	}
	if k.noSource() && !unnamed && k.Device == "disk" {
		return vir.Errorf(vir.FromDomain, vir.ErrNoSource, "%s", k.Target.Dev)
	}
	if err := k.parsedDriver(); err != nil {
		return err
	}
	return k.parsedParts()
}

// noSource says whether nothing of the host is behind the disk, whatever else
// its source says.
func (k *Disk) noSource() bool {
	switch s := k.Source; {
	case s == nil:
		return true
	case s.Type == DiskFile:
		return s.File == ""
	case s.Type == DiskBlock:
		return s.Dev == ""
	}
	return false
}

func (k *Disk) parsedDriver() error {
	v := k.Driver
	if v == nil {
		return nil
	}
	if v.Type == "aio" {
		v.Type = "raw" // the name that Xen has for it
	}
	if v.Type == "none" || v.Type == "luks" || v.Type != "" && !slices.Contains(diskFormats, v.Type) {
		return errUnsupported("unknown driver format value '%s'", v.Type)
	}
	if v.RErrorPolicy == "enospace" {
		return errUnsupported("Invalid disk read error policy: 'enospace'")
	}
	if v.Cache == "default" {
		v.Cache = ""
	}
	if v.empty() {
		k.Driver = nil
	}
	return nil
}

// name is what error texts call the source.
func (s *DiskSource) name() string {
	for _, v := range []string{s.File, s.Dev, s.Dir, s.Name, s.Path} {
		if v != "" {
			return v
		}
	}
	return ""
}

// tieSource tells the sources of the type that decides about them.
func (k *Disk) tieSource() {
	present := k.Source != nil
	if k.Source != nil {
		k.Source.tie(k.Type)
		if k.Source.empty() {
			k.Source = nil
		}
	}
	if k.Source == nil && !present && (k.Device == "cdrom" || k.Device == "floppy") {
		k.Type = DiskFile
	}
	if m := k.Mirror; m != nil && m.Source != nil {
		m.Source.tie(DiskType(m.Type))
	}
}

// tie drops the attributes that a source of the type does not have.
func (s *DiskSource) tie(t DiskType) {
	s.Type = t
	keep := DiskSource{
		Type: t, StartupPolicy: s.StartupPolicy, Index: s.Index, Encryption: s.Encryption, SecLabels: s.SecLabels,
		Reservations: s.Reservations, Slices: s.Slices, DataStore: s.DataStore,
	}
	switch t {
	case DiskFile:
		keep.File, keep.FDGroup = s.File, s.FDGroup
	case DiskBlock:
		keep.Dev = s.Dev
	case DiskDir:
		keep.Dir = s.Dir
	case DiskNetwork:
		keep.Protocol, keep.Name, keep.TLS, keep.TLSHostname = s.Protocol, s.Name, s.TLS, s.TLSHostname
		keep.Hosts, keep.Snapshot, keep.Config, keep.Initiator, keep.SSL = s.Hosts, s.Snapshot, s.Config, s.Initiator, s.SSL
		keep.Auth = s.Auth
		keep.tieProtocol(s)
	case DiskVolume:
		keep.Pool, keep.Volume, keep.Mode = s.Pool, s.Volume, s.Mode
	case DiskNVMe:
		keep.SourceType, keep.Managed, keep.Namespace, keep.Address = s.SourceType, s.Managed, s.Namespace, s.Address
	case DiskVhostUser:
		keep.SourceType, keep.Path, keep.Reconnect = s.SourceType, s.Path, s.Reconnect.said()
		if keep.Reconnect != nil {
			keep.Reconnect.Delay = nil
		}
	case DiskVhostVDPA:
		keep.Dev = s.Dev
	}
	*s = keep
}

// tieProtocol takes over what the protocol has.
func (s *DiskSource) tieProtocol(from *DiskSource) {
	switch s.Protocol {
	case "http", "https":
		s.Query, s.Cookies = from.Query, from.Cookies
		fallthrough
	case "ftp", "ftps":
		s.Readahead, s.Timeout = from.Readahead, from.Timeout
	case "nbd":
		if r := from.Reconnect; r != nil && r.Delay != nil && *r.Delay > 0 {
			s.Reconnect = &Reconnect{Delay: r.Delay}
		}
	case "ssh":
		s.KnownHosts = from.KnownHosts
		if i := from.Identity; i != nil {
			s.Identity = &Identity{Username: i.Username, KeyFile: i.KeyFile, AgentSock: i.AgentSock}
		}
	case "nfs":
		if i := from.Identity; i != nil {
			s.Identity = &Identity{User: i.User, Group: i.Group}
		}
	}
}

// empty says whether the source names nothing.
func (s *DiskSource) empty() bool {
	switch s.Type {
	case DiskFile:
		return s.File == "" && s.StartupPolicy == "" && s.Encryption == nil && len(s.SecLabels) == 0
	case DiskBlock:
		return s.Dev == "" && s.StartupPolicy == "" && s.Encryption == nil && len(s.SecLabels) == 0
	case DiskDir:
		return s.Dir == ""
	case DiskVolume:
		return s.Pool == "" && s.Volume == "" && s.StartupPolicy == "" && len(s.SecLabels) == 0
	}
	return false
}

// parsedParts checks what the parts say together.
func (k *Disk) parsedParts() error {
	if k.Source != nil && k.Source.Auth != nil && k.Auth != nil {
		return errUnsupported("an <auth> definition already found for disk source")
	}
	if k.SGIO == "unfiltered" {
		return errUnsupported("unfiltered sgio is no longer supported")
	}
	if k.Target.Tray == "closed" {
		k.Target.Tray = ""
	}
	if g := k.Geometry; g != nil && (g.Cyls == 0 || g.Heads == 0 || g.Secs == 0) {
		k.Geometry = nil
	}
	if k.Snapshot == "no" && k.Readonly {
		k.Snapshot = "" // nothing to keep of what cannot change
	}
	if k.Type == DiskVhostUser && k.Snapshot == "" {
		k.Snapshot = "no"
	}
	for _, t := range []struct{ name, text string }{{"vendor", k.Vendor}, {"product", k.Product}} {
		if strings.ContainsFunc(t.text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return errXML("disk %s is not printable string", t.name)
		}
	}
	if k.WWN != "" && !validWWN(k.WWN) {
		return vir.Errorf(vir.FromNone, vir.ErrInternalError, "Malformed wwn: %s", k.WWN)
	}
	if b := k.BlockIO; b != nil && b.DiscardGranularity != nil && *b.DiscardGranularity == 0 {
		b.DiscardGranularity = nil
	}
	if k.Transient != nil && k.Transient.ShareBacking == No {
		k.Transient.ShareBacking = ""
	}
	return nil
}

// validWWN wants 16 hexadecimal digits.
func validWWN(s string) bool {
	s = strings.TrimPrefix(s, "0x")
	return len(s) == 16 && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}

func hasElements(n node) bool {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() == xmltree.Element {
			return true
		}
	}
	return false
}

func (v *DiskDriver) empty() bool {
	w := *v
	if w.IOThreads != nil || w.MetadataCache != nil {
		return false
	}
	return w.Name == "" && w.Type == "" && w.Cache == "" && w.ErrorPolicy == "" && w.RErrorPolicy == "" && w.IO == "" &&
		w.IOEventFD == "" && w.EventIdx == "" && w.CopyOnRead == "" && w.Discard == "" && w.IOThread == 0 && w.DetectZeroes == "" &&
		w.DiscardNoUnref == "" && w.Queues == 0 && w.QueueSize == 0 && w.VirtioOptions == VirtioOptions{}
}
