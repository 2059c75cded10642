package engine

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkMetadata(b *binder) {
	onNetwork(b, remoteproto.NetworkGetMetadata, networkByBoth, networkGetMetadata).quick().args(checkNetworkGetMetadata)
	changeNetwork(b, remoteproto.NetworkSetMetadata, networkByBoth, networkSetMetadata).args(checkNetworkSetMetadata)
}

func checkNetworkGetMetadata(a *remoteproto.NetworkGetMetadataArgs) error {
	p := remoteproto.NetworkGetMetadata.Info
	if err := exclusive(p, a.Flags, networkLive, networkConfig, "VIR_NETWORK_UPDATE_AFFECT_LIVE", "VIR_NETWORK_UPDATE_AFFECT_CONFIG"); err != nil {
		return err
	}
	switch vir.NetworkMetadataType(a.Type) {
	case vir.NetworkMetadataTitle, vir.NetworkMetadataDescription:
		if a.URI != nil {
			return argError(p, "uri", "uri in %s must be NULL", p.API)
		}
	case vir.NetworkMetadataElement:
		return notNull(p, "uri", a.URI != nil)
	}
	return nil
}

func checkNetworkSetMetadata(a *remoteproto.NetworkSetMetadataArgs) error {
	p := remoteproto.NetworkSetMetadata.Info
	switch vir.NetworkMetadataType(a.Type) {
	case vir.NetworkMetadataTitle:
		if a.Metadata != nil && strings.Contains(*a.Metadata, "\n") {
			return argError(p, "metadata", "metadata title can't contain newlines")
		}
		fallthrough
	case vir.NetworkMetadataDescription:
		if a.URI != nil {
			return argError(p, "uri", "uri in %s must be NULL", p.API)
		}
		if a.Key != nil {
			return argError(p, "key", "key in %s must be NULL", p.API)
		}
	case vir.NetworkMetadataElement:
		if err := notNull(p, "uri", a.URI != nil); err != nil {
			return err
		}
		if a.Metadata != nil {
			return notNull(p, "key", a.Key != nil)
		}
	}
	return nil
}

func errNetworkMetadataType(t int32) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrInvalidArg, "unknown metadata type '%d'", t)
}

func networkGetMetadata(c *call, n *Network, a *remoteproto.NetworkGetMetadataArgs) (*remoteproto.NetworkGetMetadataRet, error) {
	if a.Type > int32(vir.NetworkMetadataElement) {
		return nil, errNetworkMetadataType(a.Type)
	}
	r := n.load()
	i, err := networkImpact(r, a.Flags)
	if err != nil {
		return nil, err
	}
	def := r.def
	if i.config && r.active {
		if r.next == nil && c.host.likeTestDriver() {
			return nil, vir.ErrorWithoutCause()
		}
		def = r.config()
	}
	t := def.tree()
	var text string
	switch vir.NetworkMetadataType(a.Type) {
	case vir.NetworkMetadataDescription:
		text = t.Description
	case vir.NetworkMetadataTitle:
		text = t.Title
	case vir.NetworkMetadataElement:
		text = t.Metadata.Element(*a.URI)
	}
	if text == "" {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrNoNetworkMetadata, "Requested metadata element is not present")
	}
	return &remoteproto.NetworkGetMetadataRet{Metadata: text}, nil
}

func networkSetMetadata(c *call, n *Network, a *remoteproto.NetworkSetMetadataArgs) (*proc.Void, error) {
	return nil, n.edit(c, a.Flags, func(t *domxml.Network) error {
		switch vir.NetworkMetadataType(a.Type) {
		case vir.NetworkMetadataDescription:
			t.Description = str(a.Metadata)
		case vir.NetworkMetadataTitle:
			t.Title = str(a.Metadata)
		case vir.NetworkMetadataElement:
			if t.Metadata == nil {
				t.Metadata = &domxml.Metadata{}
			}
			if a.Metadata == nil {
				t.Metadata.Remove(*a.URI)
				return nil
			}
			return t.Metadata.Set(*a.URI, str(a.Key), *a.Metadata, vir.FromNetwork)
		default:
			if a.Type > int32(vir.NetworkMetadataElement) {
				return errNetworkMetadataType(a.Type)
			}
		}
		return nil
	}, func(r *networkRecord) *event { return n.metadataEvent(r, a.Type, a.URI) })
}
