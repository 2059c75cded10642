package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// subscribe registers a callback and gives it an id that is new on this
// connection.
func (c *Conn) subscribe(key eventKey, filter *subject, legacy bool) (*subscription, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errNotOpen(remoteproto.ConnectDomainEventCallbackRegisterAny.Info)
	}
	for _, s := range c.subscriptions {
		if s.key == key && sameFilter(s.filter, filter) {
			return nil, vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "event callback already tracked")
		}
	}
	s := &subscription{conn: c, key: key, callback: c.host.callbacks.Add(1) - 1, filter: filter, legacy: legacy}
	c.subscriptions = append(c.subscriptions, s)
	c.host.bus.add(s)
	return s, nil
}

func sameFilter(a, b *subject) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// unsubscribe removes the first callback that match accepts.
func (c *Conn) unsubscribe(match func(*subscription) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.subscriptions {
		if match(s) {
			c.host.bus.remove(s)
			c.subscriptions = append(c.subscriptions[:i:i], c.subscriptions[i+1:]...)
			return true
		}
	}
	return false
}

// registerAny is virConnect*EventRegisterAny of a family whose ids end at
// last; it returns the callback's id.
func (c *Conn) registerAny(family eventFamily, id, last int32, filter *subject) (int32, error) {
	if id < 0 || id > last {
		return 0, errUnsupportedEvent(id)
	}
	s, err := c.subscribe(eventKey{family, id}, filter, false)
	if err != nil {
		return 0, err
	}
	return s.callback, nil
}

// deregisterAny is virConnect*EventDeregisterAny; noun is what the error text
// calls the family.
func (c *Conn) deregisterAny(family eventFamily, callback int32, noun string) (*proc.Void, error) {
	if !c.unsubscribe(func(s *subscription) bool { return !s.legacy && s.key.family == family && s.callback == callback }) {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "%s event callback %d not registered", noun, callback)
	}
	return nil, nil
}

func errUnsupportedEvent(id int32) error {
	return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "unsupported event ID %d", id)
}
