package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkUpdate(b *binder) {
	changeNetwork(b, remoteproto.NetworkUpdate, networkByUUID, networkUpdate)
}

const (
	networkLive   = uint32(vir.NetworkUpdateAffectLive)
	networkConfig = uint32(vir.NetworkUpdateAffectConfig)
)

// networkImpact resolves VIR_NETWORK_UPDATE_AFFECT_LIVE and _CONFIG: with
// neither, the running network if there is one and the definition otherwise.
func networkImpact(r *networkRecord, flags uint32) (impact, error) {
	i := impact{live: flags&networkLive != 0, config: flags&networkConfig != 0}
	if !i.live && !i.config {
		i.live, i.config = r.active, !r.active
	}
	if i.live && !r.active {
		return i, vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network is not running")
	}
	if i.config && !r.persistent {
		return i, vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "cannot change persistent config of a transient network")
	}
	return i, nil
}

// edit changes the definitions that flags name and swaps the record; told is
// the event of the change, or nil. The job is held.
func (n *Network) edit(c *call, flags uint32, change func(*domxml.Network) error, told func(*networkRecord) *event) error {
	r := n.load()
	i, err := networkImpact(r, flags)
	if err != nil {
		return err
	}
	def, next := r.def, r.next
	if told != nil && i.config && r.active && r.next == nil && n.host.likeTestDriver() {
		i.config = false // the reference says that it has stored metadata where it has not (difference 14)
	}
	if i.config && r.active {
		if next, err = r.config().edit(change); err != nil {
			return err
		}
	}
	if i.live || i.config && !r.active {
		if def, err = r.def.edit(change); err != nil {
			return err
		}
	}
	if i.live && next == nil && r.persistent && !n.host.likeTestDriver() {
		next = r.def // only the running network changes
	}
	t, err := n.turn(c)
	if err != nil {
		return err
	}
	defer t.end()
	after := *r
	after.def, after.next = def, next
	if err := t.keep(c, r.name, after.lasting()); err != nil {
		return err
	}
	if i.live {
		if err := n.host.networker().UpdateNetwork(c, def.tree()); err != nil {
			return err
		}
	}
	n.update(c.Call, func(r *networkRecord) []*event {
		r.def, r.next = def, next
		if told == nil {
			return nil
		}
		return []*event{told(r)}
	})
	return nil
}

// networkUpdate changes one section of the document in place.
func networkUpdate(c *call, n *Network, a *remoteproto.NetworkUpdateArgs) (*proc.Void, error) {
	return nil, n.edit(c, a.Flags, func(tree *domxml.Network) error {
		return tree.Update(domxml.NetworkUpdate{
			Command: vir.NetworkUpdateCommand(a.Command), Section: vir.NetworkUpdateSection(a.Section),
			ParentIndex: int(a.ParentIndex), XML: []byte(a.XML),
		})
	}, nil)
}
