package engine_test

import (
	"context"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// overheard keeps the notify function of the last guest.
type overheard struct {
	*sim.Backend
	notify *drivers.Notify
}

func (b overheard) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, notify drivers.Notify) (drivers.Guest, error) {
	*b.notify = notify
	return b.Backend.Start(ctx, d, o, notify)
}

// TestFactEvents: each fact makes the events of its kind, whose messages
// decode and name the domain, and moves the domain where it should.
func TestFactEvents(t *testing.T) {
	var notify drivers.Notify
	e := engine.New(engine.Config{
		Drivers: []drivers.Driver{testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
			return overheard{sim.New(h, now), &notify}
		}}},
		DefaultURI: "test:///default",
	})
	s := connect(t, e, "test:///default")
	dom := lookup(t, s, "test")
	for id := range int32(28) {
		must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: id})
	}
	for _, test := range []struct {
		fact  drivers.Fact
		want  []string // the procedures of the events
		state vir.DomainState
	}{
		{drivers.Rebooted{}, []string{"domain_event_callback_reboot"}, vir.DomainRunning},
		{drivers.ClockChanged{Offset: 3}, []string{"domain_event_callback_rtc_change"}, vir.DomainRunning},
		{drivers.WatchdogFired{Action: vir.DomainEventWatchdogPause}, []string{"domain_event_callback_watchdog", "domain_event_callback_lifecycle"}, vir.DomainPaused},
		{drivers.Slept{}, []string{"domain_event_callback_pmsuspend"}, vir.DomainPaused}, // not from here
		{drivers.AgentChanged{State: 1}, []string{"domain_event_callback_agent_lifecycle"}, vir.DomainPaused},
		{drivers.BalloonChanged{Actual: 1}, []string{"domain_event_callback_balloon_change"}, vir.DomainPaused},
		{drivers.MemoryFailed{}, []string{"domain_event_memory_failure"}, vir.DomainPaused},
		{drivers.ControlFailed{}, []string{"domain_event_callback_control_error"}, vir.DomainPaused},
		{drivers.DiskChanged{Alias: "a"}, []string{"domain_event_callback_disk_change"}, vir.DomainPaused},
		{drivers.TrayMoved{Alias: "a"}, []string{"domain_event_callback_tray_change"}, vir.DomainPaused},
		{drivers.BlockJobChanged{Path: "/p", Target: "vda"}, []string{"domain_event_callback_block_job", "domain_event_block_job_2"}, vir.DomainPaused},
		{drivers.ThresholdPassed{Target: "vda"}, []string{"domain_event_block_threshold"}, vir.DomainPaused},
		{drivers.DeviceAdded{Alias: "a"}, []string{"domain_event_callback_device_added"}, vir.DomainPaused},
		{drivers.DeviceRemoved{Alias: "a"}, []string{"domain_event_callback_device_removed"}, vir.DomainPaused},
		{drivers.DeviceKept{Alias: "a"}, []string{"domain_event_callback_device_removal_failed"}, vir.DomainPaused},
		{drivers.MemoryDeviceResized{Alias: "a"}, []string{"domain_event_memory_device_size_change"}, vir.DomainPaused},
		{drivers.MACChanged{Alias: "net0", Old: "52:54:00:00:00:01", New: "52:54:00:00:00:02"}, []string{"domain_event_nic_mac_change"}, vir.DomainPaused},
		{drivers.GraphicsClient{Identities: [][2]string{{"x509dname", "n"}}}, []string{"domain_event_callback_graphics"}, vir.DomainPaused},
		{drivers.Tuned{Figures: []drivers.Figure{{Name: "x", Value: 1}}}, []string{"domain_event_callback_tunable"}, vir.DomainPaused},
		{drivers.MigrationRound{Iteration: 1}, []string{"domain_event_callback_migration_iteration"}, vir.DomainPaused},
		{drivers.JobDone{Operation: vir.DomainJobOperationDump}, []string{"domain_event_callback_job_completed"}, vir.DomainPaused},
		{drivers.IOFailed{Path: "/p", Alias: "a"}, []string{"domain_event_callback_io_error", "domain_event_callback_io_error_reason"}, vir.DomainPaused},
	} {
		notify(test.fact)
		got := s.take()
		if len(got) != len(test.want) {
			t.Errorf("%T: %d events, want %v", test.fact, len(got), test.want)
			continue
		}
		for i, ev := range got {
			if ev.info.Name != test.want[i] {
				t.Errorf("%T: event %s, want %s", test.fact, ev.info.Name, test.want[i])
			}
			r := xdr.NewReader(ev.body)
			msg := ev.info.NewArgs()
			if msg.DecodeXDR(r); r.Err() != nil || r.Len() != 0 {
				t.Errorf("%s: the message does not decode: %v, %d bytes left", ev.info.Name, r.Err(), r.Len())
			}
		}
		if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom}); vir.DomainState(st.State) != test.state {
			t.Errorf("%T: state %d, want %d", test.fact, st.State, test.state)
		}
	}
	must(t, s, remoteproto.DomainResume, &remoteproto.DomainResumeArgs{Dom: dom})
	for _, step := range []struct {
		fact  drivers.Fact
		state vir.DomainState
	}{
		{drivers.Slept{}, vir.DomainPmsuspended}, {drivers.Woken{}, vir.DomainRunning},
		{drivers.IOFailed{Action: vir.DomainEventIOErrorPause}, vir.DomainPaused}, {drivers.Gone{}, vir.DomainShutoff},
	} {
		notify(step.fact)
		if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom}); vir.DomainState(st.State) != step.state {
			t.Errorf("%T: state %d, want %d", step.fact, st.State, step.state)
		}
	}
}
