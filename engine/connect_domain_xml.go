package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

func bindConnectDomainXML(b *binder) {
	needing[drivers.NativeConverter](onConn(b, remoteproto.ConnectDomainXMLToNative, connectDomainXMLToNative))
}

// connectDomainXMLToNative shows a document in the hypervisor's own terms,
// completed as it would be by a definition.
func connectDomainXMLToNative(c *call, a *remoteproto.ConnectDomainXMLToNativeArgs) (*remoteproto.ConnectDomainXMLToNativeRet, error) {
	n := c.host.backend.(drivers.NativeConverter)
	if err := n.KnowsNative(a.NativeFormat); err != nil {
		return nil, err
	}
	d, err := c.host.parse([]byte(a.DomainXML), false)
	if err != nil {
		return nil, err
	}
	text, err := n.Native(c, a.NativeFormat, d)
	return &remoteproto.ConnectDomainXMLToNativeRet{NativeConfig: text}, err
}
