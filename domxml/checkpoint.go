package domxml

import (
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainCheckpoint is the document of a checkpoint: a moment since which the
// changed blocks of disks are recorded.
type DomainCheckpoint struct {
	XMLName struct{} `xml:"domaincheckpoint"`

	// Name is unique among the checkpoints of a domain.
	Name        string `xml:"name,omitempty"`
	Description string `xml:"description,omitempty"`
	// Parent is the name of the checkpoint that was current before.
	Parent string `xml:"parent>name,omitempty"`
	// CreationTime is in seconds since the epoch.
	CreationTime int64            `xml:"creationTime,omitempty"`
	Disks        []CheckpointDisk `xml:"disks>disk"`
	// Domain is what was running then.
	Domain *MomentDomain `xml:"domain"`
	// Active is 1 for the current checkpoint, in files only.
	Active *int `xml:"active"`

	// listed says that the document has disks at all: without them every disk
	// takes part, with them only those.
	listed bool
}

// CheckpointKind is how a disk takes part in a checkpoint.
type CheckpointKind string

// The kinds: not at all, or by a bitmap of the changed blocks.
const (
	CheckpointNo     CheckpointKind = "no"
	CheckpointBitmap CheckpointKind = "bitmap"
)

func (CheckpointKind) values() []string { return []string{"no", "bitmap"} }

// CheckpointDisk is how one disk takes part.
type CheckpointDisk struct {
	// Name is the target of the disk, or its source in a new document.
	Name       string         `xml:"name,attr" vir:"always"`
	Checkpoint CheckpointKind `xml:"checkpoint,attr,omitempty"`
	// Bitmap is the name of the bitmap in the image, by default the
	// checkpoint's; it may be empty.
	Bitmap *string `xml:"bitmap,attr,omitempty"`
	// Size is how many bytes have changed (VIR_DOMAIN_CHECKPOINT_XML_SIZE).
	Size *uint64 `xml:"size,attr,omitempty"`
}

func errCheckpoint(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(vir.FromDomainCheckpoint, code, format, args...)
}

// ParseDomainCheckpoint reads the document of a checkpoint.
func ParseDomainCheckpoint(doc []byte, options ...Option) (*DomainCheckpoint, error) {
	return parse[DomainCheckpoint](doc, "domaincheckpoint", vir.FromDomainCheckpoint, options)
}

// FormatDomainCheckpoint writes the document of a checkpoint.
func FormatDomainCheckpoint(c *DomainCheckpoint, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "domaincheckpoint", c, flags), nil
}

func (c *DomainCheckpoint) parseNode(d *decoder, n node) error {
	c.Name, c.Description = childText(n, "name"), childText(n, "description")
	if c.Name == "" && d.moment.existing() {
		return errCheckpoint(vir.ErrXMLError, "a redefined checkpoint must have a name")
	}
	if d.moment != momentNew {
		if err := c.parseHistory(d, n); err != nil {
			return err
		}
	}
	if disks := n.Child("disks"); disks.Valid() {
		var holder struct {
			Disks []CheckpointDisk `xml:"disk"`
		}
		if err := d.decode(disks, &holder); err != nil {
			return err
		}
		c.Disks, c.listed = holder.Disks, true
	}
	if active, err := strconv.Atoi(childText(n, "active")); err == nil && (d.moment == momentAny || d.moment == momentKept) {
		c.Active = &active
	}
	return nil
}

// parseHistory reads what is known of a checkpoint that exists already.
func (c *DomainCheckpoint) parseHistory(d *decoder, n node) error {
	text := childText(n, "creationTime")
	t, err := strconv.ParseInt(text, 10, 64)
	if err != nil && (d.moment.existing() || text != "") {
		return errCheckpoint(vir.ErrInternalError, "missing creationTime from existing checkpoint")
	}
	c.CreationTime = t
	if p := n.Child("parent"); p.Valid() {
		c.Parent = childText(p, "name")
	}
	if m := n.Child("domain"); m.Valid() {
		if c.Domain, err = parseMomentDomain(d, m); err != nil {
			return err
		}
		if c.Domain.Bare {
			c.Domain = nil
		}
	}
	return nil
}

func (k *CheckpointDisk) parseNode(d *decoder, n node) error {
	if _, ok := n.Attr("name"); !ok {
		return errCheckpoint(vir.ErrXMLError, "missing name from disk checkpoint element")
	}
	if err := d.plain(n, k); err != nil {
		return err
	}
	if k.Checkpoint == "" {
		k.Checkpoint = CheckpointBitmap
	}
	if b, ok := n.Attr("bitmap"); ok {
		k.Bitmap = &b
	}
	if d.moment != momentAny {
		k.Size = nil // it is asked for, never told
	}
	return nil
}

// NameBitmaps gives the bitmaps that have no name that of the checkpoint.
func (c *DomainCheckpoint) NameBitmaps() {
	for i := range c.Disks {
		if k := &c.Disks[i]; k.Checkpoint == CheckpointBitmap && k.Bitmap == nil {
			name := c.Name
			k.Bitmap = &name
		}
	}
}

// AlignDisks settles how every disk of the domain takes part, in the order of
// the domain's disks.
func (c *DomainCheckpoint) AlignDisks(dom *Domain) error {
	given := make([]*CheckpointDisk, len(dom.Devices.Disks))
	if len(c.Disks) > len(dom.Devices.Disks) {
		return errCheckpoint(vir.ErrConfigUnsupported, "too many disk checkpoint requests for domain")
	}
	for i := range c.Disks {
		k := &c.Disks[i]
		at := dom.diskIndex(k.Name)
		if at < 0 {
			return errCheckpoint(vir.ErrConfigUnsupported, "no disk named '%s'", k.Name)
		}
		disk := &dom.Devices.Disks[at]
		if given[at] != nil {
			return errCheckpoint(vir.ErrConfigUnsupported, "disk '%s' specified twice", disk.Target.Dev)
		}
		k.Name = disk.Target.Dev
		if k.Checkpoint == CheckpointBitmap && !disk.changes() {
			return errCheckpoint(vir.ErrConfigUnsupported, "disk '%s' is empty or readonly", k.Name)
		}
		given[at] = k
	}
	disks := make([]CheckpointDisk, len(given))
	for i, k := range given {
		disk := &dom.Devices.Disks[i]
		switch {
		case k != nil:
			disks[i] = *k
		case c.listed || !disk.changes():
			disks[i] = CheckpointDisk{Name: disk.Target.Dev, Checkpoint: CheckpointNo}
		default:
			disks[i] = CheckpointDisk{Name: disk.Target.Dev, Checkpoint: CheckpointBitmap}
		}
	}
	c.Disks, c.listed = disks, true
	c.NameBitmaps()
	return nil
}

// changes says whether a disk has content that the guest may change.
func (k *Disk) changes() bool {
	return !bool(k.Readonly) && k.Source != nil && !k.Source.empty()
}
