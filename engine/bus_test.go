package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func register(t *testing.T, s *session, id vir.DomainEventID, only *remoteproto.Domain) int32 {
	t.Helper()
	return must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{
		EventID: int32(id), Dom: only,
	}).CallbackID
}

// names are the messages that a session got.
func names(list []emitted) (out []string) {
	for _, e := range list {
		out = append(out, e.info.Name)
	}
	return out
}

func wantNames(t *testing.T, what string, s *session, want ...string) {
	t.Helper()
	if got := names(s.take()); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

const (
	modern = "domain_event_callback_lifecycle"
	legacy = "domain_event_lifecycle"
)

func twoSessions(t *testing.T) (e *engine.Engine, actor, watcher *session) {
	e = newEngine(true)
	return e, connect(t, e, "test:///default"), connect(t, e, "test:///default")
}

func TestEventForms(t *testing.T) {
	_, actor, watcher := twoSessions(t)
	dom := lookup(t, actor, "test")
	suspend := func() {
		must(t, actor, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: dom})
		must(t, actor, remoteproto.DomainResume, &remoteproto.DomainResumeArgs{Dom: dom})
	}
	suspend()
	wantNames(t, "nobody asked", watcher)

	must(t, watcher, remoteproto.ConnectDomainEventRegister, &proc.Void{})
	suspend()
	wantNames(t, "oldest form", watcher, legacy, legacy)
	must(t, watcher, remoteproto.ConnectDomainEventDeregister, &proc.Void{})

	must(t, watcher, remoteproto.ConnectDomainEventRegisterAny, &remoteproto.ConnectDomainEventRegisterAnyArgs{})
	fails(t, watcher, remoteproto.ConnectDomainEventRegister, &proc.Void{}, vir.ErrInvalidArg, "invalid argument: event callback already tracked")
	suspend()
	wantNames(t, "second form", watcher, legacy, legacy)
	must(t, watcher, remoteproto.ConnectDomainEventDeregisterAny, &remoteproto.ConnectDomainEventDeregisterAnyArgs{})

	id := register(t, watcher, vir.DomainEventIDLifecycle, nil)
	other := register(t, watcher, vir.DomainEventIDReboot, nil)
	if id == other {
		t.Error("two callbacks have one id")
	}
	suspend()
	wantNames(t, "with callback id", watcher, modern, modern)

	must(t, watcher, remoteproto.ConnectDomainEventCallbackDeregisterAny, &remoteproto.ConnectDomainEventCallbackDeregisterAnyArgs{CallbackID: id})
	suspend()
	wantNames(t, "deregistered", watcher)
	fails(t, watcher, remoteproto.ConnectDomainEventCallbackDeregisterAny, &remoteproto.ConnectDomainEventCallbackDeregisterAnyArgs{CallbackID: id},
		vir.ErrInternalError, fmt.Sprintf("internal error: domain event callback %d not registered", id))
	fails(t, actor, remoteproto.ConnectDomainEventCallbackDeregisterAny, &remoteproto.ConnectDomainEventCallbackDeregisterAnyArgs{CallbackID: other},
		vir.ErrInternalError, fmt.Sprintf("internal error: domain event callback %d not registered", other))
	fails(t, watcher, remoteproto.ConnectDomainEventDeregister, &proc.Void{}, vir.ErrInternalError, "internal error: domain event 0 not registered")
}

func TestEventFilter(t *testing.T) {
	_, actor, watcher := twoSessions(t)
	one := must(t, actor, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestXML, "one")}).Dom
	two := must(t, actor, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestXML, "two")}).Dom
	a, b := register(t, watcher, vir.DomainEventIDLifecycle, &one), register(t, watcher, vir.DomainEventIDLifecycle, &two)
	must(t, actor, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: two})
	got := watcher.take()
	if len(got) != 1 || got[0].body[3] != byte(b) || a == b {
		t.Fatalf("callbacks %d and %d got %v", a, b, got)
	}
	must(t, actor, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: one})
	if got = watcher.take(); len(got) != 1 || got[0].body[3] != byte(a) {
		t.Fatalf("callbacks %d and %d got %v", a, b, got)
	}
}

// TestOwnEventsAfterReply: others hear of a change before the reply is there,
// the caller itself hears of it behind the reply.
func TestOwnEventsAfterReply(t *testing.T) {
	e, actor, watcher := twoSessions(t)
	register(t, actor, vir.DomainEventIDLifecycle, nil)
	register(t, watcher, vir.DomainEventIDLifecycle, nil)
	dom := lookup(t, actor, "test")
	for _, p := range []struct {
		info *proc.Info
		args func() ([]byte, error)
	}{
		{remoteproto.DomainSuspend.Info, func() ([]byte, error) {
			return remoteproto.DomainSuspend.AppendArgs(nil, &remoteproto.DomainSuspendArgs{Dom: dom})
		}},
		// A fact of the guest that the call has caused counts as the call's.
		{remoteproto.DomainShutdown.Info, func() ([]byte, error) {
			return remoteproto.DomainShutdown.AppendArgs(nil, &remoteproto.DomainShutdownArgs{Dom: dom})
		}},
	} {
		args, err := p.args()
		if err != nil {
			t.Fatal(err)
		}
		c := proc.NewCall(actor, p.info, 1, nil)
		if _, err := e.Table().Handler(p.info.Program.Number, p.info.Number).Serve(context.Background(), c, args, nil); err != nil {
			t.Fatal(err)
		}
		wantNames(t, p.info.Name+": the caller, before the reply", actor)
		wantNames(t, p.info.Name+": another", watcher, modern)
		c.Release()
		wantNames(t, p.info.Name+": the caller, behind the reply", actor, modern)
	}
}

// TestNoEventAfterDeregister: what waits for the reply of a call is not sent
// if the connection has lost interest in the meantime.
func TestNoEventAfterDeregister(t *testing.T) {
	e, actor, _ := twoSessions(t)
	id := register(t, actor, vir.DomainEventIDLifecycle, nil)
	args, err := remoteproto.DomainSuspend.AppendArgs(nil, &remoteproto.DomainSuspendArgs{Dom: lookup(t, actor, "test")})
	if err != nil {
		t.Fatal(err)
	}
	p := remoteproto.DomainSuspend.Info
	c := proc.NewCall(actor, p, 1, nil)
	if _, err := e.Table().Handler(p.Program.Number, p.Number).Serve(context.Background(), c, args, nil); err != nil {
		t.Fatal(err)
	}
	must(t, actor, remoteproto.ConnectDomainEventCallbackDeregisterAny, &remoteproto.ConnectDomainEventCallbackDeregisterAnyArgs{CallbackID: id})
	c.Release()
	wantNames(t, "deregistered before the reply", actor)
}

func TestClosedConnectionGetsNothing(t *testing.T) {
	_, actor, watcher := twoSessions(t)
	register(t, watcher, vir.DomainEventIDLifecycle, nil)
	watcher.end()
	must(t, actor, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: lookup(t, actor, "test")})
	wantNames(t, "closed", watcher)
}
