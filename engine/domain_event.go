package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// message is an event of the given id whose legacy and modern forms differ in
// the callback id only.
func message[M any, P proc.Codec[M]](d *Domain, id vir.DomainEventID, modern, legacy *proc.Info, m M) *event {
	return &event{
		key:     eventKey{domainEvents, int32(id)},
		subject: subject{uuid: d.uuid},
		modern:  modern, legacy: legacy,
		body: func(b []byte) ([]byte, error) { return P(&m).AppendXDR(b) },
	}
}

// lifecycleEvent tells of a change of state (procedures 107 and 318).
func (d *Domain) lifecycleEvent(r *record, kind, detail int32) *event {
	return message(d, vir.DomainEventIDLifecycle,
		remoteproto.DomainEventCallbackLifecycle.Info, remoteproto.DomainEventLifecycle.Info,
		remoteproto.DomainEventLifecycleMsg{Dom: d.ref(r), Event: kind, Detail: detail})
}

// metadataEvent tells of a changed description, title or element (379).
func (d *Domain) metadataEvent(r *record, kind int32, uri *string) *event {
	m := remoteproto.DomainEventCallbackMetadataChangeMsg{Dom: d.ref(r), Type: kind}
	if uri != nil {
		m.Nsuri = uri
	}
	return numbered(domainEvents, int32(vir.DomainEventIDMetadataChange), subject{uuid: d.uuid},
		remoteproto.DomainEventCallbackMetadataChange.Info, m)
}
