package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

func bindDomainList(b *binder) {
	onConn(b, remoteproto.ConnectListAllDomains, connectListAllDomains).quick()
	onConn(b, remoteproto.ConnectNumOfDomains, connectNumOfDomains).quick()
	onConn(b, remoteproto.ConnectListDomains, connectListDomains).quick().
		wire(func(a *remoteproto.ConnectListDomainsArgs) error {
			return checkMax(a.Maxids, "maxids", remoteproto.DomainListMax, "REMOTE_DOMAIN_LIST_MAX")
		})
	onConn(b, remoteproto.ConnectNumOfDefinedDomains, connectNumOfDefinedDomains).quick()
	onConn(b, remoteproto.ConnectListDefinedDomains, connectListDefinedDomains).quick().
		wire(func(a *remoteproto.ConnectListDefinedDomainsArgs) error {
			return checkMax(a.Maxnames, "maxnames", remoteproto.DomainListMax, "REMOTE_DOMAIN_LIST_MAX")
		})
}

// domainFilter decides about one group of list flags: no bit of the group set
// lets every domain pass, otherwise one of the bits that are set must fit.
type domainFilter struct {
	group vir.ConnectListAllDomainsFlags
	fits  func(r *record, f vir.ConnectListAllDomainsFlags) bool
}

var domainFilters = []domainFilter{
	{
		vir.ConnectListDomainsActive | vir.ConnectListDomainsInactive,
		pair(vir.ConnectListDomainsActive, vir.ConnectListDomainsInactive, (*record).active),
	},
	{
		vir.ConnectListDomainsPersistent | vir.ConnectListDomainsTransient,
		pair(vir.ConnectListDomainsPersistent, vir.ConnectListDomainsTransient, (*record).persistent),
	},
	{
		vir.ConnectListDomainsRunning | vir.ConnectListDomainsPaused | vir.ConnectListDomainsShutoff | vir.ConnectListDomainsOther,
		func(r *record, f vir.ConnectListAllDomainsFlags) bool {
			switch r.state {
			case vir.DomainRunning:
				return f&vir.ConnectListDomainsRunning != 0
			case vir.DomainPaused:
				return f&vir.ConnectListDomainsPaused != 0
			case vir.DomainShutoff:
				return f&vir.ConnectListDomainsShutoff != 0
			}
			return f&vir.ConnectListDomainsOther != 0
		},
	},
	{
		vir.ConnectListDomainsManagedsave | vir.ConnectListDomainsNoManagedsave,
		pair(vir.ConnectListDomainsManagedsave, vir.ConnectListDomainsNoManagedsave, func(r *record) bool { return r.managedSave }),
	},
	{
		vir.ConnectListDomainsAutostart | vir.ConnectListDomainsNoAutostart,
		pair(vir.ConnectListDomainsAutostart, vir.ConnectListDomainsNoAutostart, func(r *record) bool { return r.autostart }),
	},
	{
		vir.ConnectListDomainsHasSnapshot | vir.ConnectListDomainsNoSnapshot,
		pair(vir.ConnectListDomainsHasSnapshot, vir.ConnectListDomainsNoSnapshot, func(r *record) bool { return r.snapshots.len() > 0 }),
	},
	{
		vir.ConnectListDomainsHasCheckpoint | vir.ConnectListDomainsNoCheckpoint,
		pair(vir.ConnectListDomainsHasCheckpoint, vir.ConnectListDomainsNoCheckpoint, func(r *record) bool { return r.checkpoints.len() > 0 }),
	},
}

// pair is a group of two: with the property, without it.
func pair(with, without vir.ConnectListAllDomainsFlags, has func(*record) bool) func(*record, vir.ConnectListAllDomainsFlags) bool {
	return func(r *record, f vir.ConnectListAllDomainsFlags) bool {
		if has(r) {
			return f&with != 0
		}
		return f&without != 0
	}
}

// selects reports whether a domain passes all groups of flags.
func selects(r *record, f vir.ConnectListAllDomainsFlags) bool {
	if !r.exists() || f == 0 {
		return r.exists()
	}
	for _, g := range domainFilters {
		if f&g.group != 0 && !g.fits(r, f) {
			return false
		}
	}
	return true
}

// connectListAllDomains writes the reply itself: it may name ten thousand domains.
func connectListAllDomains(c *call, a *remoteproto.ConnectListAllDomainsArgs) (*remoteproto.ConnectListAllDomainsRet, error) {
	b := c.Out()
	at, n := len(b), 0
	b = xdr.AppendUint32(b, 0)
	for _, d := range c.host.domains.all() {
		r := d.load()
		if !selects(r, vir.ConnectListAllDomainsFlags(a.Flags)) {
			continue
		}
		if n++; a.NeedResults != 0 {
			b = d.appendRef(b, r)
		}
	}
	if n > remoteproto.DomainListMax {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Too many domains '%d' for limit '%d'", n, remoteproto.DomainListMax)
	}
	if a.NeedResults != 0 {
		xdr.AppendUint32(b[:at], uint32(n))
	}
	c.Encoded(xdr.AppendUint32(b, uint32(n)))
	return nil, nil
}

// count is the number of domains that pass.
func count(h *Host, f vir.ConnectListAllDomainsFlags) (n int32) {
	for _, d := range h.domains.all() {
		if selects(d.load(), f) {
			n++
		}
	}
	return n
}

func connectNumOfDomains(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfDomainsRet, error) {
	return &remoteproto.ConnectNumOfDomainsRet{Num: count(c.host, vir.ConnectListDomainsActive)}, nil
}

func connectNumOfDefinedDomains(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfDefinedDomainsRet, error) {
	return &remoteproto.ConnectNumOfDefinedDomainsRet{Num: count(c.host, vir.ConnectListDomainsInactive)}, nil
}

func connectListDomains(c *call, a *remoteproto.ConnectListDomainsArgs) (*remoteproto.ConnectListDomainsRet, error) {
	out := &remoteproto.ConnectListDomainsRet{}
	for _, d := range c.host.domains.all() {
		if r := d.load(); selects(r, vir.ConnectListDomainsActive) && len(out.IDs) < int(a.Maxids) {
			out.IDs = append(out.IDs, r.id)
		}
	}
	return out, nil
}

func connectListDefinedDomains(c *call, a *remoteproto.ConnectListDefinedDomainsArgs) (*remoteproto.ConnectListDefinedDomainsRet, error) {
	out := &remoteproto.ConnectListDefinedDomainsRet{}
	for _, d := range c.host.domains.all() {
		if r := d.load(); selects(r, vir.ConnectListDomainsInactive) && len(out.Names) < int(a.Maxnames) {
			out.Names = append(out.Names, r.name)
		}
	}
	return out, nil
}
