package engine

import (
	"bytes"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindSecretValues(b *binder) {
	onConn(b, remoteproto.SecretSetValue, secretSetValue).as("secretSetValue").
		args(func(a *remoteproto.SecretSetValueArgs) error {
			return notNull(remoteproto.SecretSetValue.Info, "value", len(a.Value) > 0)
		})
	onConn(b, remoteproto.SecretGetValue, secretGetValue).quick().as("secretGetValue")
}

func secretSetValue(c *call, a *remoteproto.SecretSetValueArgs) (*proc.Void, error) {
	h := c.host
	done, err := h.secrets.lock(c, "virSecretSetValue")
	if err != nil {
		return nil, err
	}
	defer done()
	s, err := h.secretOf(domxml.UUID(a.Secret.UUID))
	if err != nil {
		return nil, err
	}
	next := *s
	next.value = bytes.Clone(a.Value)
	if err := h.keepSecret(c, &next); err != nil {
		return nil, err
	}
	h.secrets.put(s, &next)
	h.bus.publish(next.valueChangedEvent(), c.Call)
	return nil, nil
}

// secretGetValue gives a value away, unless it is private: that one is for the
// daemon itself.
func secretGetValue(c *call, a *remoteproto.SecretGetValueArgs) (*remoteproto.SecretGetValueRet, error) {
	s, err := c.host.secretOf(domxml.UUID(a.Secret.UUID))
	if err != nil {
		return nil, err
	}
	if s.private() {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrInvalidSecret, "secret is private")
	}
	if s.value == nil {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "secret '%s' does not have a value", s.doc.UUID)
	}
	return &remoteproto.SecretGetValueRet{Value: s.value}, nil
}
