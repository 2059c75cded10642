package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindPoolSources(b *binder) {
	needing[drivers.StorageSourceFinder](onConn(b, remoteproto.ConnectFindStoragePoolSources, connectFindStoragePoolSources))
	needing[drivers.StoragePoolTypes](onConn(b, remoteproto.ConnectGetStoragePoolCapabilities, connectGetStoragePoolCapabilities))
}

// connectFindStoragePoolSources refuses dir, whose number the reference's test
// driver takes for that of an unknown type.
func connectFindStoragePoolSources(c *call, a *remoteproto.ConnectFindStoragePoolSourcesArgs) (*remoteproto.ConnectFindStoragePoolSourcesRet, error) {
	t, own := domxml.StoragePoolType(a.Type), c.host.storageDriver()
	if t == domxml.StoragePoolDir && !own || own && !domxml.KnownStoragePoolType(t) {
		return nil, c.host.storageError(vir.ErrInternalError, "unknown storage pool type %s", t)
	}
	if err := c.host.checkPoolType(t); err != nil && own {
		return nil, err
	}
	var from *domxml.StoragePoolSource
	// Volume groups are looked for on this host, wherever somebody says they are.
	if a.SrcSpec != nil && !(own && t == domxml.StoragePoolLogical) {
		s, err := domxml.ParseStoragePoolSource([]byte(*a.SrcSpec), t)
		if err != nil {
			return nil, err
		}
		from = s
	}
	found, err := c.host.backend.(drivers.StorageSourceFinder).FindStoragePoolSources(c, t, from)
	if err != nil {
		return nil, err
	}
	text, err := domxml.FormatStoragePoolSources(found)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectFindStoragePoolSourcesRet{XML: string(text)}, nil
}

// connectGetStoragePoolCapabilities says which pools there can be.
func connectGetStoragePoolCapabilities(c *call, _ *remoteproto.ConnectGetStoragePoolCapabilitiesArgs) (*remoteproto.ConnectGetStoragePoolCapabilitiesRet, error) {
	caps := domxml.NewStoragePoolCapabilities(c.host.backend.(drivers.StoragePoolTypes).HasStoragePoolType)
	text, err := domxml.FormatStoragePoolCapabilities(caps)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectGetStoragePoolCapabilitiesRet{Capabilities: string(text)}, nil
}
