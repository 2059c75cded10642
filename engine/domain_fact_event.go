package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// tell changes what a fact changes of a domain's state and publishes the
// events that follow from it; id is the life that it is about.
func (d *Domain) tell(origin *proc.Call, id int32, f drivers.Fact) {
	d.update(origin, func(r *record) []*event {
		if r.id != id {
			return nil
		}
		r.live = d.afterFact(r, f)
		events := d.factEvents(r, f)
		e, moves := factEdge(r.state, f)
		if !moves {
			return events
		}
		r.state, r.reason = e.to, e.reason
		return append(events, d.edgeEvents(r, e)...)
	})
}

// factEdge is where a fact leads from a state, false where nowhere.
func factEdge(s vir.DomainState, f drivers.Fact) (edge, bool) {
	paused := func(reason vir.DomainPausedReason, detail vir.DomainEventSuspendedDetailType) (edge, bool) {
		return edge{to: vir.DomainPaused, reason: int32(reason), event: int32(vir.DomainEventSuspended), detail: int32(detail)}, s == vir.DomainRunning
	}
	switch f := f.(type) {
	case drivers.Slept:
		detail := vir.DomainEventPmsuspendedMemory
		if f.ToDisk {
			detail = vir.DomainEventPmsuspendedDisk
		}
		return edge{to: vir.DomainPmsuspended, event: int32(vir.DomainEventPmsuspended), detail: int32(detail)}, s == vir.DomainRunning
	case drivers.Woken:
		return started(vir.DomainEventStartedWakeup, vir.DomainRunningWakeup), s == vir.DomainPmsuspended
	case drivers.IOFailed:
		if f.Action == vir.DomainEventIOErrorPause {
			return paused(vir.DomainPausedIoerror, vir.DomainEventSuspendedIoerror)
		}
	case drivers.WatchdogFired:
		if f.Action == vir.DomainEventWatchdogPause {
			return paused(vir.DomainPausedWatchdog, vir.DomainEventSuspendedWatchdog)
		}
	case drivers.Paused:
		detail := vir.DomainEventSuspendedPaused
		switch f.Reason {
		case vir.DomainPausedIoerror:
			detail = vir.DomainEventSuspendedIoerror
		case vir.DomainPausedWatchdog:
			detail = vir.DomainEventSuspendedWatchdog
		}
		return paused(f.Reason, detail)
	case drivers.Continued:
		return edge{
			to: vir.DomainRunning, reason: int32(vir.DomainRunningUnpaused),
			event: int32(vir.DomainEventResumed), detail: int32(vir.DomainEventResumedUnpaused),
		}, s == vir.DomainPaused
	case drivers.ShutDown:
		return edge{
			to: vir.DomainShutdown, reason: int32(vir.DomainShutdownUnknown),
			event: int32(vir.DomainEventShutdown), detail: int32(f.Detail),
		}, true
	case drivers.Crashed:
		return edge{
			to: vir.DomainCrashed, reason: int32(vir.DomainCrashedPanicked),
			event: int32(vir.DomainEventCrashed), detail: int32(vir.DomainEventCrashedPanicked),
		}, true
	}
	return edge{}, false
}

// factEvents are the events that tell of a fact itself.
func (d *Domain) factEvents(r *record, f drivers.Fact) []*event {
	dom := d.ref(r)
	switch f := f.(type) {
	case drivers.Slept:
		if f.ToDisk {
			return []*event{reasoned(d, vir.DomainEventIDPmsuspendDisk, rp.DomainEventCallbackPMSuspendDisk.Info, rp.DomainEventPMSuspendDisk.Info,
				rp.DomainEventPMSuspendDiskMsg{Dom: dom})}
		}
		return []*event{reasoned(d, vir.DomainEventIDPmsuspend, rp.DomainEventCallbackPMSuspend.Info, rp.DomainEventPMSuspend.Info,
			rp.DomainEventPMSuspendMsg{Dom: dom})}
	case drivers.Woken:
		return []*event{reasoned(d, vir.DomainEventIDPmwakeup, rp.DomainEventCallbackPMWakeup.Info, rp.DomainEventPMWakeup.Info,
			rp.DomainEventPMWakeupMsg{Dom: dom})}
	case drivers.WasReset:
		return []*event{d.rebootEvent(r)}
	case drivers.Crashloaded:
		return []*event{d.lifecycleEvent(r, int32(vir.DomainEventCrashed), int32(vir.DomainEventCrashedCrashloaded))}
	case drivers.ClockChanged:
		return []*event{message(d, vir.DomainEventIDRTCChange, rp.DomainEventCallbackRTCChange.Info, rp.DomainEventRTCChange.Info,
			rp.DomainEventRTCChangeMsg{Dom: dom, Offset: f.Offset})}
	case drivers.WatchdogFired:
		return []*event{message(d, vir.DomainEventIDWatchdog, rp.DomainEventCallbackWatchdog.Info, rp.DomainEventWatchdog.Info,
			rp.DomainEventWatchdogMsg{Dom: dom, Action: int32(f.Action)})}
	case drivers.AgentChanged:
		return []*event{d.modern(vir.DomainEventIDAgentLifecycle, rp.DomainEventCallbackAgentLifecycle.Info, // 348
			&rp.DomainEventCallbackAgentLifecycleMsg{Dom: dom, State: int32(f.State), Reason: int32(f.Reason)})}
	case drivers.BalloonChanged:
		return []*event{message(d, vir.DomainEventIDBalloonChange, rp.DomainEventCallbackBalloonChange.Info, rp.DomainEventBalloonChange.Info,
			rp.DomainEventBalloonChangeMsg{Dom: dom, Actual: f.Actual})}
	case drivers.MemoryFailed:
		return []*event{d.modern(vir.DomainEventIDMemoryFailure, rp.DomainEventMemoryFailure.Info, // 423
			&rp.DomainEventMemoryFailureMsg{Dom: dom, Recipient: int32(f.Recipient), Action: int32(f.Action), Flags: uint32(f.Flags)})}
	case drivers.ControlFailed:
		return []*event{message(d, vir.DomainEventIDControlError, rp.DomainEventCallbackControlError.Info, rp.DomainEventControlError.Info,
			rp.DomainEventControlErrorMsg{Dom: dom})}
	}
	return append(d.deviceFactEvents(r, f), d.jobFactEvents(r, f)...)
}

// deviceFactEvents are those about a device.
func (d *Domain) deviceFactEvents(r *record, f drivers.Fact) []*event {
	dom := d.ref(r)
	switch f := f.(type) {
	case drivers.IOFailed:
		return []*event{
			message(d, vir.DomainEventIDIOError, rp.DomainEventCallbackIoError.Info, rp.DomainEventIoError.Info,
				rp.DomainEventIoErrorMsg{Dom: dom, SrcPath: f.Path, DevAlias: f.Alias, Action: int32(f.Action)}),
			message(d, vir.DomainEventIDIOErrorReason, rp.DomainEventCallbackIoErrorReason.Info, rp.DomainEventIoErrorReason.Info,
				rp.DomainEventIoErrorReasonMsg{Dom: dom, SrcPath: f.Path, DevAlias: f.Alias, Action: int32(f.Action), Reason: f.Reason}),
		}
	case drivers.DiskChanged:
		return []*event{message(d, vir.DomainEventIDDiskChange, rp.DomainEventCallbackDiskChange.Info, rp.DomainEventDiskChange.Info,
			rp.DomainEventDiskChangeMsg{Dom: dom, OldSrcPath: optional(f.Old), NewSrcPath: optional(f.New), DevAlias: f.Alias, Reason: f.Reason})}
	case drivers.TrayMoved:
		return []*event{message(d, vir.DomainEventIDTrayChange, rp.DomainEventCallbackTrayChange.Info, rp.DomainEventTrayChange.Info,
			rp.DomainEventTrayChangeMsg{Dom: dom, DevAlias: f.Alias, Reason: int32(f.Reason)})}
	case drivers.ThresholdPassed:
		return []*event{d.modern(vir.DomainEventIDBlockThreshold, rp.DomainEventBlockThreshold.Info, // 385
			&rp.DomainEventBlockThresholdMsg{Dom: dom, Dev: f.Target, Path: optional(f.Path), Threshold: f.Threshold, Excess: f.Excess})}
	case drivers.DeviceAdded:
		return []*event{d.modern(vir.DomainEventIDDeviceAdded, rp.DomainEventCallbackDeviceAdded.Info, // 354
			&rp.DomainEventCallbackDeviceAddedMsg{Dom: dom, DevAlias: f.Alias})}
	case drivers.DeviceRemoved:
		return []*event{message(d, vir.DomainEventIDDeviceRemoved, rp.DomainEventCallbackDeviceRemoved.Info, rp.DomainEventDeviceRemoved.Info,
			rp.DomainEventDeviceRemovedMsg{Dom: dom, DevAlias: f.Alias})}
	case drivers.DeviceKept:
		return []*event{d.modern(vir.DomainEventIDDeviceRemovalFailed, rp.DomainEventCallbackDeviceRemovalFailed.Info, // 367
			&rp.DomainEventCallbackDeviceRemovalFailedMsg{Dom: dom, DevAlias: f.Alias})}
	case drivers.MemoryDeviceResized:
		return []*event{d.modern(vir.DomainEventIDMemoryDeviceSizeChange, rp.DomainEventMemoryDeviceSizeChange.Info, // 438
			&rp.DomainEventMemoryDeviceSizeChangeMsg{Dom: dom, Alias: f.Alias, Size: f.Size})}
	case drivers.MACChanged:
		return []*event{d.modern(vir.DomainEventIDNICMACChange, rp.DomainEventNICMACChange.Info, // 453
			&rp.DomainEventNICMACChangeMsg{Dom: dom, Alias: f.Alias, OldMAC: f.Old, NewMAC: f.New})}
	case drivers.GraphicsClient:
		m := rp.DomainEventGraphicsMsg{
			Dom: dom, Phase: int32(f.Phase), AuthScheme: f.AuthScheme,
			Local:  rp.DomainEventGraphicsAddress{Family: int32(f.Local.Family), Node: f.Local.Node, Service: f.Local.Service},
			Remote: rp.DomainEventGraphicsAddress{Family: int32(f.Remote.Family), Node: f.Remote.Node, Service: f.Remote.Service},
		}
		for _, i := range f.Identities {
			m.Subject = append(m.Subject, rp.DomainEventGraphicsIdentity{Type: i[0], Name: i[1]})
		}
		return []*event{message(d, vir.DomainEventIDGraphics, rp.DomainEventCallbackGraphics.Info, rp.DomainEventGraphics.Info, m)}
	}
	return nil
}

// jobFactEvents are those about jobs and limits.
func (d *Domain) jobFactEvents(r *record, f drivers.Fact) []*event {
	dom := d.ref(r)
	switch f := f.(type) {
	case drivers.BlockJobChanged:
		return []*event{
			message(d, vir.DomainEventIDBlockJob, rp.DomainEventCallbackBlockJob.Info, rp.DomainEventBlockJob.Info,
				rp.DomainEventBlockJobMsg{Dom: dom, Path: f.Path, Type: int32(f.Type), Status: int32(f.Status)}),
			d.modern(vir.DomainEventIDBlockJob2, rp.DomainEventBlockJob2.Info, // 339
				&rp.DomainEventBlockJob2Msg{Dom: dom, Dst: f.Target, Type: int32(f.Type), Status: int32(f.Status)}),
		}
	case drivers.Tuned:
		return []*event{d.modern(vir.DomainEventIDTunable, rp.DomainEventCallbackTunable.Info, // 346
			&rp.DomainEventCallbackTunableMsg{Dom: dom, Params: figures(nil, f.Figures)})}
	case drivers.MigrationRound:
		return []*event{d.modern(vir.DomainEventIDMigrationIteration, rp.DomainEventCallbackMigrationIteration.Info, // 359
			&rp.DomainEventCallbackMigrationIterationMsg{Dom: dom, Iteration: f.Iteration})}
	case drivers.JobDone:
		p := params(nil).int("operation", int32(f.Operation))
		return []*event{d.modern(vir.DomainEventIDJobCompleted, rp.DomainEventCallbackJobCompleted.Info, // 363
			&rp.DomainEventCallbackJobCompletedMsg{Dom: dom, Params: figures(p, f.Figures)})}
	}
	return nil
}

func figures(p params, list []drivers.Figure) params {
	for _, f := range list {
		p = p.ullong(f.Name, f.Value)
	}
	return p
}

// modern is an event whose message begins with the callback's id.
func (d *Domain) modern(id vir.DomainEventID, info *proc.Info, m interface {
	AppendXDR([]byte) ([]byte, error)
},
) *event {
	return &event{
		key: eventKey{domainEvents, int32(id)}, subject: subject{uuid: d.uuid}, modern: info,
		body: func(b []byte) ([]byte, error) { return m.AppendXDR(b[:len(b)-4]) }, // the id is there already
	}
}

// reasoned is an event whose modern form has a reason between the callback's
// id and the legacy form; no release sets it.
func reasoned[M any, P proc.Codec[M]](d *Domain, id vir.DomainEventID, modern, legacy *proc.Info, m M) *event {
	return &event{
		key: eventKey{domainEvents, int32(id)}, subject: subject{uuid: d.uuid}, modern: modern, legacy: legacy,
		body:       func(b []byte) ([]byte, error) { return P(&m).AppendXDR(append(b, 0, 0, 0, 0)) },
		legacyBody: func(b []byte) ([]byte, error) { return P(&m).AppendXDR(b) },
	}
}

// rebootEvent tells of a reboot that keeps the guest, which the reference's
// test driver says nothing of.
func (d *Domain) rebootEvent(r *record) *event {
	return message(d, vir.DomainEventIDReboot, rp.DomainEventCallbackReboot.Info, rp.DomainEventReboot.Info, rp.DomainEventRebootMsg{Dom: d.ref(r)})
}

// optional is nil for an empty string.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
