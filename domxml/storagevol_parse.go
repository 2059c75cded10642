package domxml

import (
	"math"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
)

// The order of the steps is the reference's.
func (v *StorageVolume) parseNode(d *decoder, n node) error {
	if v.Name = childText(n, "name"); v.Name == "" {
		return errStorage("missing volume name element")
	}
	v.Key = childText(n, "key")
	if v.Type = StorageVolumeType(attrOf(n, "type")); v.Type == "" {
		v.Type = StorageVolumeFile
	} else if !slices.Contains(v.Type.values(), string(v.Type)) {
		return errStorageConfig("unknown volume type '%s'", v.Type)
	}
	if c := n.Child("backingStore"); c.Valid() {
		if err := v.parseBacking(d, c); err != nil {
			return err
		}
	}
	capacity := n.Child("capacity")
	if !capacity.Valid() || capacity.Text() == "" {
		if !d.capacityOptional {
			return errStorage("missing capacity element")
		}
		v.Capacity = Bytes(0)
	} else if err := v.Capacity.read(capacity); err != nil {
		return err
	}
	v.Allocation = v.Capacity
	allocation := n.Child("allocation")
	if err := v.Allocation.read(allocation); err != nil {
		return err
	}
	v.AllocationSet = allocation.Valid() && allocation.Text() != ""
	if err := v.parseLive(d, n); err != nil {
		return err
	}
	if c := n.Child("target"); c.Valid() {
		if err := v.Target.parseNode(d, c); err != nil {
			return err
		}
	}
	return v.Complete(d.pool)
}

// Complete adds the format that volumes of a pool of the type have, and drops
// one that means nothing there.
func (v *StorageVolume) Complete(pool StoragePoolType) error {
	if v.Type == "" {
		v.Type = StorageVolumeFile
	}
	v.Target.Format = completeFormat(v.Target.Format, pool)
	if b := v.BackingStore; b != nil {
		b.Format = completeFormat(b.Format, pool)
	}
	if v.Target.Features != nil && v.Target.Compat == "" {
		v.Target.Compat = "1.1"
	}
	return nil
}

func completeFormat(f *StorageFormat, pool StoragePoolType) *StorageFormat {
	r := storagePoolTypes[pool]
	if r.volumes == nil {
		return nil
	}
	if f == nil || f.Type == "" {
		return &StorageFormat{Type: r.defaultVolume}
	}
	return f
}

// parseFormat reads a format that volumes of the pool may have.
func parseFormat(d *decoder, n node) (*StorageFormat, error) {
	f, r := childAttr(n, "format", "type"), storagePoolTypes[d.pool]
	if f == "" || r.volumes == nil {
		return nil, nil
	}
	if !slices.Contains(r.volumes, f) {
		return nil, errStorageConfig("unknown volume format type %s", f)
	}
	return &StorageFormat{Type: f}, nil
}

func (v *StorageVolume) parseBacking(d *decoder, n node) (err error) {
	b := &StorageBackingStore{Path: childText(n, "path")}
	if b.Path == "" {
		return nil
	}
	if b.Format, err = parseFormat(d, n); err != nil {
		return err
	}
	if b.Permissions, err = parsePermissions(d, n); err != nil {
		return err
	}
	if b.Timestamps, err = parseTimestamps(d, n); err != nil {
		return err
	}
	v.BackingStore = b
	return nil
}

// parseLive reads what a daemon tells.
func (v *StorageVolume) parseLive(d *decoder, n node) error {
	if !d.live {
		return nil
	}
	if c := n.Child("source"); c.Valid() {
		s := &StorageVolumeSource{}
		if err := d.decode(c, s); err != nil {
			return err
		}
		if len(s.Devices) > 0 {
			v.Source = s
		}
	}
	if c := n.Child("physical"); c.Valid() {
		v.Physical = &StorageSize{}
		return v.Physical.read(c)
	}
	return nil
}

func parseTimestamps(d *decoder, n node) (*StorageTimestamps, error) {
	c := n.Child("timestamps")
	if !d.live || !c.Valid() {
		return nil, nil
	}
	t := &StorageTimestamps{}
	return t, d.decode(c, t)
}

func (t *StorageVolumeTarget) parseNode(d *decoder, n node) (err error) {
	t.Path = childText(n, "path")
	if t.Format, err = parseFormat(d, n); err != nil {
		return err
	}
	if t.Permissions, err = parsePermissions(d, n); err != nil {
		return err
	}
	if c := n.Child("encryption"); c.Valid() {
		t.Encryption = &DiskEncryption{}
		if err := t.Encryption.parseNode(d, c); err != nil {
			return err
		}
	}
	if t.Timestamps, err = parseTimestamps(d, n); err != nil {
		return err
	}
	if t.Compat = childText(n, "compat"); t.Compat != "" && !validCompat(t.Compat) {
		return errStorage("forbidden characters in 'compat' attribute")
	}
	t.NoCOW = Flag(n.Child("nocow").Valid())
	if c := n.Child("clusterSize"); c.Valid() && c.Text() != "" {
		unit, _ := c.Attr("unit")
		bytes, err := scaled(c.Text(), unit, 1, math.MaxUint64, "./target/clusterSize")
		if err != nil {
			return err
		}
		if bytes > 0 {
			t.ClusterSize = &StorageClusterSize{Unit: "B", Value: bytes}
		}
	}
	if c := n.Child("features"); c.Valid() {
		t.Features = &StorageVolumeFeatures{}
		return t.Features.parseNode(d, c)
	}
	return nil
}

// validCompat wants two numbers with a dot between them.
func validCompat(s string) bool {
	major, minor, ok := strings.Cut(s, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return ok && digits(major) && digits(minor)
}

func (f *StorageVolumeFeatures) parseNode(_ *decoder, n node) error {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() != xmltree.Element {
			continue
		}
		switch c.Name() {
		case "lazy_refcounts":
			f.LazyRefcounts = true
		case "extended_l2":
			f.ExtendedL2 = true
		case "data_file":
			f.DataFile = true
		default:
			return errStorageConfig("unsupported feature %s", c.Name())
		}
	}
	return nil
}
