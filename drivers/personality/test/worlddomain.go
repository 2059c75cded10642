package testpersonality

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// domain parses a domain and how it begins.
func (w *worldFile) domain(raw []byte) (seed drivers.DomainSeed, err error) {
	d, err := domxml.ParseDomain(raw)
	if err != nil {
		return seed, err
	}
	if seed, err = beginning(d); err != nil {
		return seed, err
	}
	seed.Snapshots, err = w.snapshots(raw, d.Name)
	return seed, err
}

// beginning is how a domain of a world file begins. The reference's driver
// judges it in every document, and uses it in those of world files.
func beginning(d *domxml.Domain) (drivers.DomainSeed, error) {
	seed := drivers.DomainSeed{
		Domain: d, State: vir.DomainRunning, IOThreads: true,
		Transient: bool(d.TestTransient), ManagedSave: bool(d.TestManagedSave),
	}
	if s := d.TestRunState; s != "" {
		// As C's strtoul has it: blanks may come first.
		n, err := strconv.ParseUint(strings.TrimLeft(s, " \t\n\v\f\r"), 10, 32)
		if err != nil {
			return seed, errWorld("invalid runstate")
		}
		if n > uint64(vir.DomainPmsuspended) {
			// The quotation mark too many is the reference's.
			return seed, errWorld("runstate '%d' out of range'", n)
		}
		seed.State = vir.DomainState(n)
	}
	if seed.Transient && seed.State == vir.DomainShutoff {
		return seed, errWorld("transient domain cannot have runstate 'shutoff'")
	}
	if seed.ManagedSave && seed.State != vir.DomainShutoff {
		return seed, errWorld("domain with managedsave data can only have runstate 'shutoff'")
	}
	return seed, nil
}

// snapshots parses those of a domain: documents within it, or in files.
func (w *worldFile) snapshots(raw []byte, domain string) (out []*domxml.DomainSnapshot, err error) {
	children, _, err := elements(raw)
	if err != nil {
		return nil, errWorld("%s", err)
	}
	byName := map[string]*domxml.DomainSnapshot{}
	active := false
	for _, c := range children {
		if c.space != domxml.NamespaceTest || c.name != "domainsnapshot" {
			continue
		}
		doc := c.raw
		if c.file != "" {
			if doc, err = w.include(c.file); err != nil {
				return nil, err
			}
		} else {
			// The element has a prefix of the domain's, and the document none.
			doc = renamed(doc, "domainsnapshot")
		}
		s, err := domxml.ParseDomainSnapshot(doc, domxml.Kept())
		if err != nil {
			return nil, err
		}
		if *s.Active != 0 {
			if active {
				return nil, vir.Errorf(vir.FromTest, vir.ErrInternalError, "more than one snapshot claims to be active")
			}
			active = true
		}
		if byName[s.Name] != nil {
			// The reference does not survive this.
			return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationFailed, "domain moment %s already exists", s.Name)
		}
		byName[s.Name] = s
		out = append(out, s)
	}
	for _, s := range out {
		steps := 0
		for p := s; p.Parent != ""; p = byName[p.Parent] {
			if steps++; byName[p.Parent] == nil || steps > len(out) {
				return nil, vir.Errorf(vir.FromTest, vir.ErrInternalError, "Snapshots have inconsistent relations for domain %s", domain)
			}
		}
	}
	return out, nil
}

// renamed is an element under a name without a prefix.
func renamed(raw []byte, name string) []byte {
	at := tagName(raw)
	prefixed := string(raw[1:at])
	out := append([]byte("<"+name), raw[at:]...)
	if end := "</" + prefixed; bytes.LastIndex(out, []byte(end)) > 0 {
		i := bytes.LastIndex(out, []byte(end))
		out = append(out[:i], "</"+name+">"...)
	}
	return out
}
