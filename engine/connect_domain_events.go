package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainEvents(b *binder) {
	onConn(b, remoteproto.ConnectDomainEventRegister, connectDomainEventRegister).quick()
	onConn(b, remoteproto.ConnectDomainEventDeregister, connectDomainEventDeregister).quick()
	onConn(b, remoteproto.ConnectDomainEventRegisterAny, connectDomainEventRegisterAny).quick()
	onConn(b, remoteproto.ConnectDomainEventDeregisterAny, connectDomainEventDeregisterAny).quick()
	onConn(b, remoteproto.ConnectDomainEventCallbackRegisterAny, connectDomainEventCallbackRegisterAny).quick()
	onConn(b, remoteproto.ConnectDomainEventCallbackDeregisterAny, connectDomainEventCallbackDeregisterAny).quick()
}

const (
	// lastDomainEvent is the highest event id of the release we speak.
	lastDomainEvent = int32(vir.DomainEventIDNICMACChange)
	// lastLegacyEvent is the highest id with a message without callback id.
	lastLegacyEvent = int32(vir.DomainEventIDDeviceRemoved)
)

func (c *Conn) unsubscribeLegacy(id int32) error {
	key := eventKey{domainEvents, id}
	if !c.unsubscribe(func(s *subscription) bool { return s.legacy && s.key == key }) {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "domain event %d not registered", id)
	}
	return nil
}

// connectDomainEventRegister is the oldest form: lifecycle events only.
func connectDomainEventRegister(c *call, _ *proc.Void) (*remoteproto.ConnectDomainEventRegisterRet, error) {
	if _, err := c.conn.subscribe(eventKey{domainEvents, 0}, nil, true); err != nil {
		return nil, err
	}
	return &remoteproto.ConnectDomainEventRegisterRet{}, nil
}

func connectDomainEventDeregister(c *call, _ *proc.Void) (*remoteproto.ConnectDomainEventDeregisterRet, error) {
	if err := c.conn.unsubscribeLegacy(0); err != nil {
		return nil, err
	}
	return &remoteproto.ConnectDomainEventDeregisterRet{}, nil
}

func connectDomainEventRegisterAny(c *call, a *remoteproto.ConnectDomainEventRegisterAnyArgs) (*proc.Void, error) {
	if a.EventID < 0 || a.EventID > lastLegacyEvent {
		return nil, errUnsupportedEvent(a.EventID)
	}
	_, err := c.conn.subscribe(eventKey{domainEvents, a.EventID}, nil, true)
	return nil, err
}

func connectDomainEventDeregisterAny(c *call, a *remoteproto.ConnectDomainEventDeregisterAnyArgs) (*proc.Void, error) {
	if a.EventID < 0 || a.EventID > lastLegacyEvent {
		return nil, errUnsupportedEvent(a.EventID)
	}
	return nil, c.conn.unsubscribeLegacy(a.EventID)
}

func connectDomainEventCallbackRegisterAny(c *call, a *remoteproto.ConnectDomainEventCallbackRegisterAnyArgs) (*remoteproto.ConnectDomainEventCallbackRegisterAnyRet, error) {
	var filter *subject
	if a.Dom != nil {
		filter = &subject{uuid: domxml.UUID(a.Dom.UUID)}
	}
	id, err := c.conn.registerAny(domainEvents, a.EventID, lastDomainEvent, filter)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectDomainEventCallbackRegisterAnyRet{CallbackID: id}, nil
}

func connectDomainEventCallbackDeregisterAny(c *call, a *remoteproto.ConnectDomainEventCallbackDeregisterAnyArgs) (*proc.Void, error) {
	return c.conn.deregisterAny(domainEvents, a.CallbackID, "domain")
}
