package engine_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// Restart makes a lasting guest one whose process stays when it powers off.
func (g *lastingGuest) Restart(context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.restarts++
	return nil
}

// lifecycle lists the lifecycle and reboot events so far, as TYPE/DETAIL.
func lifecycle(t *testing.T, s *session) string {
	t.Helper()
	out := ""
	for _, ev := range s.take() {
		switch ev.info.Name {
		case "domain_event_callback_lifecycle":
			var m remoteproto.DomainEventCallbackLifecycleMsg
			m.DecodeXDR(xdr.NewReader(ev.body))
			out += fmt.Sprintf(" %d/%d", m.Msg.Event, m.Msg.Detail)
		case "domain_event_callback_reboot":
			out += " reboot"
		default:
			t.Errorf("event %s", ev.info.Name)
		}
	}
	return out
}

// TestProcessFacts: what becomes of a guest that is a process, by what the
// definition wants.
func TestProcessFacts(t *testing.T) {

	for _, test := range []struct {
		action   string
		facts    []drivers.Fact
		events   string
		state    vir.DomainState
		restarts int
	}{
		{"", []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownGuest}}, " 6/1 5/0", vir.DomainShutoff, 0},
		{"", []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownHost}, drivers.Gone{}}, " 6/2 5/0", vir.DomainShutoff, 0},
		{"", []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownHost, Destroyed: true}}, " 6/2", vir.DomainShutdown, 0},
		{"<on_poweroff>restart</on_poweroff>", []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownGuest}, drivers.WasReset{}}, " reboot", vir.DomainRunning, 1},
		{"<on_poweroff>preserve</on_poweroff>", []drivers.Fact{drivers.ShutDown{Detail: vir.DomainEventShutdownGuest}}, " 6/1", vir.DomainShutdown, 0},
		{"", []drivers.Fact{drivers.WasReset{}, drivers.WasReset{}}, " reboot reboot", vir.DomainRunning, 0},
		{"", []drivers.Fact{drivers.Gone{Failed: true}}, " 5/5", vir.DomainShutoff, 0},
		{"", []drivers.Fact{drivers.Paused{Reason: vir.DomainPausedIoerror}, drivers.Continued{}}, " 3/2 4/0", vir.DomainRunning, 0},
		{"", []drivers.Fact{drivers.Continued{}}, "", vir.DomainRunning, 0},
		{"", []drivers.Fact{drivers.Crashloaded{}}, " 8/1", vir.DomainRunning, 0},
		{"<on_crash>destroy</on_crash>", []drivers.Fact{drivers.Paused{Reason: vir.DomainPausedCrashed}, drivers.Crashed{Waiting: true}}, " 3/0 8/0 5/2", vir.DomainShutoff, 0},
		{"<on_crash>preserve</on_crash>", []drivers.Fact{drivers.Paused{Reason: vir.DomainPausedCrashed}, drivers.Crashed{Waiting: true}}, " 3/0 8/0", vir.DomainCrashed, 0},
		{"<on_crash>restart</on_crash>", []drivers.Fact{drivers.Paused{Reason: vir.DomainPausedCrashed}, drivers.Crashed{Waiting: true}}, " 3/0 8/0 4/0", vir.DomainRunning, 1},
	} {
		t.Run(fmt.Sprintf("%s %T", test.action, test.facts[0]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLasting()
				s := connect(t, lastingEngine(l), "lasting:///")
				for _, id := range []vir.DomainEventID{vir.DomainEventIDLifecycle, vir.DomainEventIDReboot} {
					must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: int32(id)})
				}
				dom := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{
					XML: "<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os>" + test.action + "</domain>",
				}).Dom
				must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
				s.take()
				g := l.guests["a"]
				for _, f := range test.facts {
					g.notify(f)
				}
				synctest.Wait()
				if got := lifecycle(t, s); got != test.events {
					t.Errorf("events%s, want%s", got, test.events)
				}
				if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom}); st.State != int32(test.state) {
					t.Errorf("state %d, want %d", st.State, test.state)
				}
				if g.restarts != test.restarts {
					t.Errorf("%d restarts, want %d", g.restarts, test.restarts)
				}
			})
		})
	}
}
