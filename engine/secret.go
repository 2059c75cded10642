package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Secrets (virSecret...): a document that says what a value is for, and the
// value (secret_value.go). The reference's test
// driver has none; ours behave as those of its daemon do elsewhere.

func bindSecrets(b *binder) {
	onConn(b, remoteproto.ConnectNumOfSecrets, func(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfSecretsRet, error) {
		return &remoteproto.ConnectNumOfSecretsRet{Num: countIn(c.host.secrets, anyOf)}, nil
	}).quick()
	onConn(b, remoteproto.ConnectListSecrets, func(c *call, a *remoteproto.ConnectListSecretsArgs) (*remoteproto.ConnectListSecretsRet, error) {
		return &remoteproto.ConnectListSecretsRet{UUIDs: names(c.host.secrets, a.Maxuuids, anyOf, func(s *secret) string { return s.doc.UUID.String() })}, nil
	}).quick().wire(func(a *remoteproto.ConnectListSecretsArgs) error {
		return checkMax(a.Maxuuids, "maxuuids", remoteproto.SecretListMax, "REMOTE_SECRET_LIST_MAX")
	})
	onConn(b, remoteproto.ConnectListAllSecrets, connectListAllSecrets).quick().as("secretConnectListAllSecrets").knows(secretListFlags)
	onConn(b, remoteproto.SecretLookupByUUID, secretLookupByUUID).quick()
	onConn(b, remoteproto.SecretLookupByUsage, secretLookupByUsage).quick()
	onConn(b, remoteproto.SecretGetXMLDesc, secretGetXMLDesc).quick().as("secretGetXMLDesc")
	onConn(b, remoteproto.SecretDefineXML, secretDefineXML).as("secretDefineXML").knows(uint32(vir.SecretDefineValidate))
	onConn(b, remoteproto.SecretUndefine, secretUndefine)
}

const secretListFlags = uint32(vir.ConnectListSecretsEphemeral | vir.ConnectListSecretsNoEphemeral |
	vir.ConnectListSecretsPrivate | vir.ConnectListSecretsNoPrivate)

// secret is one secret at one moment; it never changes.
type secret struct {
	doc   *domxml.Secret
	text  string // of doc
	value []byte // nil until it is set
}

func (s *secret) private() bool { return s.doc.Private == domxml.Yes }

func (s *secret) ref() remoteproto.Secret {
	out := remoteproto.Secret{UUID: remoteproto.UUID(s.doc.UUID), UsageID: s.doc.Usage.ID()}
	if u := s.doc.Usage; u != nil {
		out.UsageType = u.Type.Number()
	}
	return out
}

// secretOf finds a secret by its identifier.
func (h *Host) secretOf(id domxml.UUID) (*secret, error) {
	if s := h.secrets.find(func(s *secret) bool { return s.doc.UUID == id }); s != nil {
		return s, nil
	}
	return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching uuid '%s'", id)
}

// secretFor is the secret for a use, or nil. Those without a use are for
// nothing.
func (h *Host) secretFor(kind int32, id string) *secret {
	return h.secrets.find(func(s *secret) bool {
		u := s.doc.Usage
		return u != nil && u.Type.Number() == kind && u.ID() == id
	})
}

func connectListAllSecrets(c *call, a *remoteproto.ConnectListAllSecretsArgs) (*remoteproto.ConnectListAllSecretsRet, error) {
	list, n, err := listAll(c.host.secrets, a.NeedResults, remoteproto.SecretListMax, "secrets", func(s *secret) bool {
		return choice(a.Flags, uint32(vir.ConnectListSecretsEphemeral), uint32(vir.ConnectListSecretsNoEphemeral), s.doc.Ephemeral == domxml.Yes) &&
			choice(a.Flags, uint32(vir.ConnectListSecretsPrivate), uint32(vir.ConnectListSecretsNoPrivate), s.private())
	}, (*secret).ref)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectListAllSecretsRet{Secrets: list, Ret: n}, nil
}

func secretLookupByUUID(c *call, a *remoteproto.SecretLookupByUUIDArgs) (*remoteproto.SecretLookupByUUIDRet, error) {
	s, err := c.host.secretOf(domxml.UUID(a.UUID))
	if err != nil {
		return nil, err
	}
	return &remoteproto.SecretLookupByUUIDRet{Secret: s.ref()}, nil
}

func secretLookupByUsage(c *call, a *remoteproto.SecretLookupByUsageArgs) (*remoteproto.SecretLookupByUsageRet, error) {
	s := c.host.secretFor(a.UsageType, a.UsageID)
	if s == nil {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching usage '%s'", a.UsageID)
	}
	return &remoteproto.SecretLookupByUsageRet{Secret: s.ref()}, nil
}

func secretGetXMLDesc(c *call, a *remoteproto.SecretGetXMLDescArgs) (*remoteproto.SecretGetXMLDescRet, error) {
	s, err := c.host.secretOf(domxml.UUID(a.Secret.UUID))
	if err != nil {
		return nil, err
	}
	return &remoteproto.SecretGetXMLDescRet{XML: s.text}, nil
}

// secretDefineXML adds a secret, or gives one another document; it keeps its
// value.
func secretDefineXML(c *call, a *remoteproto.SecretDefineXMLArgs) (*remoteproto.SecretDefineXMLRet, error) {
	if a.Flags&uint32(vir.SecretDefineValidate) != 0 {
		if err := domxml.ValidateSecretSchema([]byte(a.XML)); err != nil {
			return nil, err
		}
	}
	doc, err := domxml.ParseSecret([]byte(a.XML))
	if err != nil {
		return nil, err
	}
	h := c.host
	doc.Generate(h.random)
	text, err := domxml.FormatSecret(doc, 0)
	if err != nil {
		return nil, err
	}
	done, err := h.secrets.lock(c, "virSecretDefineXML")
	if err != nil {
		return nil, err
	}
	defer done()
	s := &secret{doc: doc, text: string(text)}
	old := h.secrets.find(func(s *secret) bool { return s.doc.UUID == doc.UUID })
	if err := h.mayDefineSecret(old, s); err != nil {
		return nil, err
	}
	if old != nil {
		s.value = old.value
	}
	if err := h.keepSecret(c, s); err != nil {
		return nil, err
	}
	h.secrets.put(old, s)
	h.bus.publish(s.lifecycleEvent(vir.SecretEventDefined), c.Call)
	return &remoteproto.SecretDefineXMLRet{Secret: s.ref()}, nil
}

// keepSecret keeps a secret with its value. An ephemeral one is in memory only.
func (h *Host) keepSecret(ctx context.Context, s *secret) error {
	id := s.doc.UUID.String()
	switch {
	case h.keeper == nil:
		return nil
	case s.doc.Ephemeral == domxml.Yes:
		return h.keeper.Forget(ctx, drivers.KindSecret, "", id)
	}
	text, err := domxml.FormatSecret(s.doc, domxml.FormatStored)
	if err != nil {
		return err
	}
	return h.keeper.Keep(ctx, drivers.Kept{Kind: drivers.KindSecret, Name: id, Document: text, Value: s.value})
}

// mayDefineSecret refuses another use for a secret, a use that another one
// has, and what would lay a private value open.
func (h *Host) mayDefineSecret(old, s *secret) error {
	if old == nil {
		u := s.doc.Usage
		if u == nil {
			return nil
		}
		if o := h.secretFor(u.Type.Number(), u.ID()); o != nil {
			return vir.Errorf(vir.FromSecret, vir.ErrInternalError, "a secret with UUID %s already defined for use with %s", o.doc.UUID, u.ID())
		}
		return nil
	}
	if old.doc.Usage.ID() != s.doc.Usage.ID() {
		id := old.doc.Usage.ID()
		if id == "" {
			id = "(null)"
		}
		return vir.Errorf(vir.FromSecret, vir.ErrInternalError, "a secret with UUID %s is already defined for use with %s", s.doc.UUID, id)
	}
	if old.private() && !s.private() {
		return vir.Errorf(vir.FromSecret, vir.ErrInternalError, "cannot change private flag on existing secret")
	}
	return nil
}

func secretUndefine(c *call, a *remoteproto.SecretUndefineArgs) (*proc.Void, error) {
	h := c.host
	done, err := h.secrets.lock(c, "virSecretUndefine")
	if err != nil {
		return nil, err
	}
	defer done()
	s, err := h.secretOf(domxml.UUID(a.Secret.UUID))
	if err != nil {
		return nil, err
	}
	if h.keeper != nil {
		if err := h.keeper.Forget(c, drivers.KindSecret, "", s.doc.UUID.String()); err != nil {
			return nil, err
		}
	}
	h.secrets.remove(s)
	h.bus.publish(s.lifecycleEvent(vir.SecretEventUndefined), c.Call)
	return nil, nil
}
