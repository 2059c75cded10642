package domxml

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// domainTypes are the kinds of virtualisation that a document may name.
var domainTypes = []string{
	"qemu", "kqemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "vmware", "hyperv", "vbox", "phyp", "vz", "bhyve", "hvf",
}

// parseNode reads a domain. What is checked here is checked in the
// reference's order, since clients see the first error only.
func (d *Domain) parseNode(dec *decoder, n node) error {
	if err := d.parseIdentity(n); err != nil {
		return err
	}
	if err := dec.plain(n, d); err != nil {
		return err
	}
	if d.MaxMemory != nil && d.MaxMemory.Unit == "" {
		d.MaxMemory = nil
	}
	d.dropEmptyMetadata(n)
	if !d.VCPU.Set {
		d.VCPU.Value = 1
	}
	if d.Clock.Offset == "" {
		d.Clock.Offset = "utc"
	}
	return d.parsedParts(n)
}

// parseIdentity checks what a domain is known by.
func (d *Domain) parseIdentity(n node) error {
	name := n.Child("name")
	if !name.Valid() || name.Text() == "" {
		return vir.NewError(vir.FromDomain, vir.ErrNoName)
	}
	kind, ok := n.Attr("type")
	if !ok {
		return errInternal("missing domain type attribute")
	}
	if !slices.Contains(domainTypes, kind) {
		return errUnsupported("invalid domain type %s", kind)
	}
	if id := n.Child("uuid"); id.Valid() && id.Text() != "" {
		if _, ok := ParseUUID(id.Text()); !ok {
			return errInternal("malformed uuid element")
		}
		d.UUIDSet = true
	}
	if title := n.Child("title"); title.Valid() && strings.Contains(title.Text(), "\n") {
		return errXML("Domain title can't contain newlines")
	}
	return nil
}

// parsedParts checks what concerns several elements.
func (d *Domain) parsedParts(n node) error {
	if r := n.Child("resource"); r.Valid() && d.Resource != nil && d.Resource.Partition == "" && d.Resource.FibreChannel == nil {
		return vir.ErrorWithoutCause()
	}
	if d.NUMATune != nil {
		if len(d.NUMATune.MemNodes) > 0 && (d.CPU == nil || d.CPU.NUMA == nil || len(d.CPU.NUMA.Cells) == 0) {
			return errXML("Element 'memnode' is invalid without any guest NUMA cells")
		}
		if err := d.NUMATune.resolve(d.VCPU.Placement); err != nil {
			return err
		}
	}
	for i, t := range d.IOThreadIDs {
		if slices.ContainsFunc(d.IOThreadIDs[:i], func(o IOThread) bool { return o.ID == t.ID }) {
			return errXML("duplicate iothread id '%d' found", t.ID)
		}
	}
	for i := range d.ThrottleGroups {
		if d.ThrottleGroups[i].GroupName.Name == "" {
			return errXML("missing group name")
		}
	}
	for i, e := range d.Perf {
		if slices.ContainsFunc(d.Perf[:i], func(o PerfEvent) bool { return o.Name == e.Name }) {
			return errXML("perf event '%s' was already specified", e.Name)
		}
	}
	if d.IDMap != nil {
		d.IDMap.sort()
	}
	for i := range d.SecLabels {
		for _, o := range d.SecLabels[:i] {
			if s := &d.SecLabels[i]; s.Model != "" && o.Model == s.Model {
				return errDetail("seclabel for model %s is already provided", s.Model)
			}
		}
	}
	if len(d.SecLabels) > 1 && slices.ContainsFunc(d.SecLabels, func(s SecLabel) bool { return s.Model == "" }) {
		return errXML("missing security model when using multiple labels")
	}
	return nil
}

// validate refuses a map of users without groups, or the other way around.
func (m *IDMap) validate() error {
	if m != nil && (len(m.UIDs) == 0) != (len(m.GIDs) == 0) {
		return errUnsupported("uid and gid should be mapped both")
	}
	return nil
}

// sort puts the ranges into the order of where they begin.
func (m *IDMap) sort() {
	by := func(a, b IDRange) int { return int(a.Start) - int(b.Start) }
	slices.SortStableFunc(m.UIDs, by)
	slices.SortStableFunc(m.GIDs, by)
}
