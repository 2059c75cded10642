package engine

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// family of objects whose events have ids of their own.
type eventFamily uint8

// The families, each with procedures of its own to register callbacks.
const (
	domainEvents eventFamily = iota
	networkEvents
	storagePoolEvents
	nodeDeviceEvents
	secretEvents
)

// subject is the object that an event is about, or that a callback wants to
// hear about: by UUID, or by name for kinds without one.
type subject struct {
	uuid domxml.UUID
	name string
}

// eventKey names one kind of event.
type eventKey struct {
	family eventFamily
	id     int32
}

// subscription is one registered callback of one connection.
type subscription struct {
	conn     *Conn
	key      eventKey
	callback int32    // the id that the client knows it by
	filter   *subject // nil: every object
	legacy   bool     // wants the message without a callback id
	gone     atomic.Bool
}

// event is one thing that happened, encoded at most once per form.
type event struct {
	key     eventKey
	subject subject
	// modern is the procedure of the form with a callback id, whose body is
	// the id followed by what body appends. legacy is the older form, nil
	// where there is none.
	modern, legacy *proc.Info
	body           func(b []byte) ([]byte, error) // after the callback id
	legacyBody     func(b []byte) ([]byte, error) // nil: as body
}

// numbered is an event whose message begins with the callback's id, which is
// every event that has no legacy form: m is the message with any id.
func numbered[M any, P proc.Codec[M]](family eventFamily, id int32, about subject, info *proc.Info, m M) *event {
	return &event{
		key: eventKey{family, id}, subject: about, modern: info,
		// the callback id is there already
		body: func(b []byte) ([]byte, error) { return P(&m).AppendXDR(b[:len(b)-4]) },
	}
}

// bus carries events to the subscriptions of one host.
type bus struct {
	mu   sync.RWMutex
	subs map[eventKey][]*subscription
}

func (b *bus) add(s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[eventKey][]*subscription{}
	}
	// A new slice, so that publish may walk the old one.
	b.subs[s.key] = append(slices.Clip(b.subs[s.key]), s)
}

func (b *bus) remove(s *subscription) {
	s.gone.Store(true)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs[s.key] = slices.DeleteFunc(slices.Clone(b.subs[s.key]), func(o *subscription) bool { return o == s })
}

// few is how many listeners of an event are written to by who publishes it.
const few = 4

// publish queues the event for everybody who asked for it. The caller of the
// call that caused it, if any, gets its copy behind the reply.
func (b *bus) publish(ev *event, origin *proc.Call) {
	b.mu.RLock()
	subs := b.subs[ev.key]
	b.mu.RUnlock()
	// The message is encoded once per form; only the callback's id in front
	// of the modern one changes from one listener to the next.
	var modern, legacy []byte
	now := len(subs) <= few
	for _, s := range subs {
		if s.filter != nil && *s.filter != ev.subject {
			continue
		}
		info, body := ev.modern, modern
		if s.legacy {
			if info = ev.legacy; info == nil {
				continue
			}
			if legacy == nil {
				legacy = ev.encode(ev.legacyBody, nil)
			}
			body = legacy
		} else {
			if modern == nil {
				modern = ev.encode(nil, make([]byte, 4, 128))
			}
			body = modern
			xdr.AppendInt32(body[:0], s.callback)
		}
		if origin != nil && origin.Session == s.conn.session {
			own := slices.Clone(body)
			origin.AfterReply(func() { s.emit(info, own, false) })
		} else {
			s.emit(info, body, now)
		}
	}
}

func (s *subscription) emit(info *proc.Info, body []byte, now bool) {
	if !s.gone.Load() {
		s.conn.session.Emit(info, body, now)
	}
}

func (ev *event) encode(f func([]byte) ([]byte, error), b []byte) []byte {
	if f == nil {
		f = ev.body
	}
	b, err := f(b)
	if err != nil {
		// Our own documents and names are within the bounds of the protocol.
		panic("engine: event cannot be encoded: " + err.Error())
	}
	return b
}
