package engine

import "github.com/govirtd/govirtd/protocol/vir"

// The states of a domain and the verbs that lead from one to another:
//
//	                 define                      undefine (inactive)
//	   (nothing) ------------> shut off ----------------------> (nothing)
//	       |                   |  ^  ^
//	       | create XML  start |  |  |  shutdown, destroy, save,
//	       v                   v  |  |  crash; a transient domain
//	       +--------------> running -+  goes to (nothing) instead
//	                         |   ^   |
//	                 suspend |   |   | the same verbs
//	                         v   |   |
//	                        paused --+
//	                           resume, reboot -> running
//
// shut off carries the reason of the way there, running and paused that of
// the last change. A verb in a state without an edge is refused.

// verb is something that changes the state of a domain.
type verb uint8

const (
	verbStart verb = iota
	verbStartPaused
	verbRestore
	verbSuspend
	verbResume
	verbShutdown
	verbReboot
	verbReset
	verbDestroy
	verbSave
	verbCrash
	verbs // their number
)

// verbNames are how errors and personalities call the verbs.
var verbNames = [verbs]string{"start", "start paused", "restore", "suspend", "resume", "shutdown", "reboot", "reset", "destroy", "save", "crash"}

func (v verb) String() string { return verbNames[v] }

// edge is where a verb leads and what it tells.
type edge struct {
	to     vir.DomainState
	reason int32
	// silent edges publish no lifecycle event.
	silent        bool
	event, detail int32
	// tells is the verb that a personality is asked about (LifecycleTeller).
	tells string
}

func started(detail vir.DomainEventStartedDetailType, reason vir.DomainRunningReason) edge {
	return edge{to: vir.DomainRunning, reason: int32(reason), event: int32(vir.DomainEventStarted), detail: int32(detail)}
}

func stopped(detail vir.DomainEventStoppedDetailType, reason vir.DomainShutoffReason) edge {
	return edge{to: vir.DomainShutoff, reason: int32(reason), event: int32(vir.DomainEventStopped), detail: int32(detail)}
}

func (e edge) telling(verb string) edge {
	e.tells = verb
	return e
}

var (
	edgeShutdown = stopped(vir.DomainEventStoppedShutdown, vir.DomainShutoffShutdown).telling("power off")
	edgeDestroy  = stopped(vir.DomainEventStoppedDestroyed, vir.DomainShutoffDestroyed).telling("destroy")
	edgeFailed   = stopped(vir.DomainEventStoppedFailed, vir.DomainShutoffCrashed)
	edgeSave     = stopped(vir.DomainEventStoppedSaved, vir.DomainShutoffSaved)
	edgeCrash    = stopped(vir.DomainEventStoppedCrashed, vir.DomainShutoffCrashed)
	edgeReboot   = edge{to: vir.DomainRunning, reason: int32(vir.DomainRunningBooted), silent: true}
)

// edges are all the ways from a state; what is not here is refused. Shutdown
// and reboot are the edges for on_poweroff and on_reboot as libvirt has them
// by default (destroy, restart); after says what the other actions do.
var edges = map[vir.DomainState]map[verb]edge{
	vir.DomainShutoff: {
		verbStart: started(vir.DomainEventStartedBooted, vir.DomainRunningBooted).telling("start"),
		verbStartPaused: {
			to: vir.DomainPaused, reason: int32(vir.DomainPausedUser),
			event: int32(vir.DomainEventStarted), detail: int32(vir.DomainEventStartedBooted), tells: "start paused",
		},
		verbRestore: started(vir.DomainEventStartedRestored, vir.DomainRunningRestored),
	},
	vir.DomainRunning: {
		verbSuspend:  {to: vir.DomainPaused, reason: int32(vir.DomainPausedUser), event: int32(vir.DomainEventSuspended), detail: int32(vir.DomainEventSuspendedPaused)},
		verbShutdown: edgeShutdown,
		verbReboot:   edgeReboot,
		verbReset:    {to: vir.DomainRunning, reason: -1, silent: true},
		verbDestroy:  edgeDestroy,
		verbSave:     edgeSave,
		verbCrash:    edgeCrash,
	},
	vir.DomainPaused: {
		verbResume:   {to: vir.DomainRunning, reason: int32(vir.DomainRunningUnpaused), event: int32(vir.DomainEventResumed), detail: int32(vir.DomainEventResumedUnpaused)},
		verbShutdown: edgeShutdown,
		verbReboot:   edgeReboot,
		verbReset:    {to: vir.DomainPaused, reason: -1, silent: true},
		verbDestroy:  edgeDestroy,
		verbSave:     edgeSave,
		verbCrash:    edgeCrash,
	},
}

// edgeOf is the edge of a verb in a state, false where there is none.
func edgeOf(s vir.DomainState, v verb) (edge, bool) {
	// Whatever else a guest is doing, blocked, crashed or asleep, it still has
	// its process: the verbs work on it as on a running one.
	if s != vir.DomainShutoff && s != vir.DomainPaused {
		s = vir.DomainRunning
	}
	e, ok := edges[s][v]
	return e, ok
}
