package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainStats(b *binder) {
	onConn(b, remoteproto.ConnectGetAllDomainStats, connectGetAllDomainStats)
}

// statsGroup is one group of figures (virDomainStatsTypes).
type statsGroup struct {
	bit vir.DomainStatsTypes
	add func(r *record, p *wireParams)
}

// Every domain has these in every reply.
var (
	headState  = headOf(vir.DomainStatsStateState, vir.TypedParamInt)
	headReason = headOf(vir.DomainStatsStateReason, vir.TypedParamInt)
)

var statsGroups = []statsGroup{
	{vir.DomainStatsState, func(r *record, p *wireParams) {
		p.int32(headState, int32(r.state))
		p.int32(headReason, r.reason)
	}},
	{vir.DomainStatsIOThread, iothreadStats},
}

// connectGetAllDomainStats gives the figures of all domains that pass the
// filter, or of those that are named. Groups that the host does not know are
// left out unless VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS is set. It
// writes the reply itself, which may be a megabyte.
func connectGetAllDomainStats(c *call, a *remoteproto.ConnectGetAllDomainStatsArgs) (*remoteproto.ConnectGetAllDomainStatsRet, error) {
	want := vir.DomainStatsTypes(a.Stats)
	backend := c.host.backendStatsGroups()
	known := backend
	for _, g := range statsGroups {
		known |= g.bit
	}
	if a.Flags&uint32(vir.ConnectGetAllDomainsStatsEnforceStats) != 0 && want&^known != 0 {
		return nil, c.host.errorf(vir.ErrArgumentUnsupported, "Stats types bits 0x%x are not supported by this daemon", uint32(want&^known))
	}
	if want == 0 {
		want = known
	}
	domains := c.host.domains.all()
	if len(a.Doms) > 0 {
		domains = nil
		for i := range a.Doms {
			// A domain that has gone in the meantime is left out.
			if d := c.host.domains.uuid(domxml.UUID(a.Doms[i].UUID)); d != nil {
				domains = append(domains, d)
			}
		}
	}
	filter := vir.ConnectListAllDomainsFlags(a.Flags & 0xff)
	records := make([]*record, len(domains))
	for i, d := range domains {
		if r := d.load(); selects(r, filter) {
			records[i] = r
		}
	}
	figures := c.host.backendStats(c, records, want, a.Flags&uint32(vir.ConnectGetAllDomainsStatsBacking) != 0)
	out := wireParams{b: c.Out()}
	at, n := out.count(), 0
	for i, d := range domains {
		r := records[i]
		if r == nil {
			continue
		}
		n++
		out.b = d.appendRef(out.b, r)
		of := out.count()
		for _, g := range statsGroups {
			if want&g.bit&^backend != 0 {
				g.add(r, &out)
			}
		}
		if figures != nil {
			out.stats(figures[i])
		}
		out.set(of, out.n)
		out.n = 0
	}
	if n > remoteproto.DomainListMax {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Number of domain stats records is %d, which exceeds max limit: %d", n, remoteproto.DomainListMax)
	}
	out.set(at, n)
	c.Encoded(out.b)
	return nil, nil
}
