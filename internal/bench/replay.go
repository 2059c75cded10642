package bench

import (
	"net"
	"sync"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// Replay is a daemon that does no work: what the generator reaches with it is
// its own limit. It answers a request with the reply that a real daemon gave
// when the request came for the first time. It has no streams.
type Replay struct {
	mu      sync.RWMutex
	to      *conn // the real daemon
	replies map[string][]byte
	hearing []net.Conn // that have registered for events
}

// NewReplay answers like the daemon of the target.
func NewReplay(t *Target) (*Replay, error) {
	c, err := t.connect()
	if err != nil {
		return nil, err
	}
	r := newReplay(t)
	r.to = c
	return r, nil
}

// newReplay knows what is about a connection, and not the real daemon's own.
func newReplay(t *Target) *Replay {
	r := &Replay{replies: map[string][]byte{}}
	open := request(remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{Name: &t.URI})
	r.remember(authList, &remoteproto.AuthListRet{Types: []remoteproto.AuthType{remoteproto.AuthTypeNone}})
	r.remember(open, &proc.Void{})
	r.remember(closeCall, &proc.Void{})
	return r
}

// remember sets the reply to a request.
func (r *Replay) remember(req []byte, ret xdr.Value) {
	var h netpkt.Header
	h.Decode(req)
	h.Type = netpkt.Reply
	r.replies[string(req)] = message(h, ret)
}

// message encodes a packet.
func message(h netpkt.Header, v xdr.Value) []byte {
	b, err := v.AppendXDR(h.Append(nil, 0))
	if err == nil {
		err = netpkt.Finish(b)
	}
	if err != nil {
		panic("bench: " + err.Error()) // ours are within the bounds
	}
	return b
}

// Serve answers the connections of a listener.
func (r *Replay) Serve(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go r.serve(nc)
	}
}

func (r *Replay) serve(nc net.Conn) {
	defer nc.Close()
	in := netpkt.NewReader(nc)
	defer in.Close()
	var p netpkt.Packet
	var out, key []byte
	for in.Fill() == nil {
		out = out[:0]
		for {
			ok, err := in.Next(&p)
			if err != nil {
				return
			}
			if !ok {
				break
			}
			key = append(p.Header.Append(key[:0], len(p.Payload)), p.Payload...)
			switch p.Procedure {
			case remoteproto.ProcConnectDomainEventCallbackRegisterAny:
				r.mu.Lock()
				r.hearing = append(r.hearing, nc)
				r.mu.Unlock()
			case remoteproto.ProcDomainSuspend, remoteproto.ProcDomainResume:
				r.tell()
			}
			reply, err := r.reply(key)
			if err != nil {
				return
			}
			out = append(out, reply...)
		}
		if _, err := nc.Write(out); err != nil {
			return
		}
	}
}

// reply is what the real daemon says, or said before.
func (r *Replay) reply(req []byte) ([]byte, error) {
	r.mu.RLock()
	reply, ok := r.replies[string(req)]
	r.mu.RUnlock()
	if ok {
		return reply, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.to.Write(req); err != nil {
		return nil, err
	}
	for r.to.p.Type = netpkt.Message; r.to.p.Type != netpkt.Reply; {
		if err := r.to.next(); err != nil {
			return nil, err
		}
	}
	p := &r.to.p
	reply = append(p.Header.Append(nil, len(p.Payload)), p.Payload...)
	r.replies[string(req)] = reply
	return reply, nil
}

// event is one as every listener gets it.
var event = func() []byte {
	info := remoteproto.DomainEventCallbackLifecycle.Info
	h := netpkt.Header{Program: info.Program.Number, Version: info.Program.Version, Procedure: info.Number, Type: netpkt.Message}
	return message(h, &remoteproto.DomainEventCallbackLifecycleMsg{Msg: remoteproto.DomainEventLifecycleMsg{Dom: reference(scratch)}})
}()

// tell writes an event to everybody who hears.
func (r *Replay) tell() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, nc := range r.hearing {
		nc.Write(event)
	}
}
