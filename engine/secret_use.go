package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// SecretValue is the value of a secret of the shared host with that key, for
// what the daemon itself does with it: private ones are meant for that. The
// secret is named by its UUID, or by its use where the UUID is zero.
func (e *Engine) SecretValue(key string, uuid domxml.UUID, usage domxml.SecretUsageType, id string) ([]byte, error) {
	e.mu.Lock()
	h := e.hosts[key]
	if m := e.making[key]; h == nil && m != nil {
		h = m.host // which may need it to be made
	}
	e.mu.Unlock()
	if h == nil {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching uuid '%s'", uuid)
	}
	var s *secret
	if uuid != (domxml.UUID{}) {
		var err error
		if s, err = h.secretOf(uuid); err != nil {
			return nil, err
		}
	} else if s = h.secretFor(usage.Number(), id); s == nil {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching usage '%s'", id)
	}
	if s.value == nil {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "secret '%s' does not have a value", s.doc.UUID)
	}
	return s.value, nil
}
