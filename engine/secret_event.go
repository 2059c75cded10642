package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindSecretEvents(b *binder) {
	onConn(b, remoteproto.ConnectSecretEventRegisterAny, connectSecretEventRegisterAny).quick().
		wire(func(a *remoteproto.ConnectSecretEventRegisterAnyArgs) error {
			return checkEventID(a.EventID, int32(vir.SecretEventIDValueChanged), "secret")
		})
	onConn(b, remoteproto.ConnectSecretEventDeregisterAny, connectSecretEventDeregisterAny).quick()
}

func connectSecretEventRegisterAny(c *call, a *remoteproto.ConnectSecretEventRegisterAnyArgs) (*remoteproto.ConnectSecretEventRegisterAnyRet, error) {
	var filter *subject
	if a.Secret != nil {
		filter = &subject{uuid: domxml.UUID(a.Secret.UUID)}
	}
	id, err := c.conn.registerAny(secretEvents, a.EventID, int32(vir.SecretEventIDValueChanged), filter)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectSecretEventRegisterAnyRet{CallbackID: id}, nil
}

// connectSecretEventDeregisterAny calls the family by another one's name where
// nothing was registered, as the reference does.
func connectSecretEventDeregisterAny(c *call, a *remoteproto.ConnectSecretEventDeregisterAnyArgs) (*proc.Void, error) {
	return c.conn.deregisterAny(secretEvents, a.CallbackID, "node device")
}

// lifecycleEvent tells that a secret has come or gone (procedure 382).
func (s *secret) lifecycleEvent(kind vir.SecretEventLifecycleType) *event {
	return numbered(secretEvents, int32(vir.SecretEventIDLifecycle), subject{uuid: s.doc.UUID},
		remoteproto.SecretEventLifecycle.Info, remoteproto.SecretEventLifecycleMsg{Secret: s.ref(), Event: int32(kind)})
}

// valueChangedEvent tells that a secret has another value (procedure 383).
func (s *secret) valueChangedEvent() *event {
	return numbered(secretEvents, int32(vir.SecretEventIDValueChanged), subject{uuid: s.doc.UUID},
		remoteproto.SecretEventValueChanged.Info, remoteproto.SecretEventValueChangedMsg{Secret: s.ref()})
}
