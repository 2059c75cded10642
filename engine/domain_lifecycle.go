package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainLifecycle(b *binder) {
	change(b, remoteproto.DomainSetLifecycleAction, domainSetLifecycleAction).args(checkLifecycleNumbers).driver(checkLifecycleAction)
}

// lifecycles are the events that have an action, by virDomainLifecycle.
var lifecycles = []string{"poweroff", "reboot", "crash"}

// lifecycleActions are the actions by virDomainLifecycleAction; the last two
// need a crash.
var lifecycleActions = []domxml.LifecycleAction{
	domxml.LifecycleDestroy, domxml.LifecycleRestart, domxml.LifecycleRestartRename, domxml.LifecyclePreserve,
	domxml.LifecycleCoredumpDestroy, domxml.LifecycleCoredumpRestart,
}

func checkLifecycleNumbers(a *remoteproto.DomainSetLifecycleActionArgs) error {
	if a.Type >= uint32(len(lifecycles)) {
		return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "invalid lifecycle type '%d'", a.Type)
	}
	if a.Action >= uint32(len(lifecycleActions)) {
		return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "invalid lifecycle action '%d'", a.Action)
	}
	return nil
}

// checkLifecycleAction refuses what only a crash can lead to.
func checkLifecycleAction(_ *call, a *remoteproto.DomainSetLifecycleActionArgs) error {
	if a.Type != uint32(vir.DomainLifecycleCrash) && a.Action >= uint32(vir.DomainLifecycleActionCoredumpDestroy) {
		return vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, "Lifecycle event '%s' doesn't support '%s' action", lifecycles[a.Type], lifecycleActions[a.Action])
	}
	return nil
}

// domainSetLifecycleAction says what becomes of a domain that powers off,
// reboots or crashes by itself.
func domainSetLifecycleAction(c *call, d *Domain, a *remoteproto.DomainSetLifecycleActionArgs) (*proc.Void, error) {
	action := lifecycleActions[a.Action]
	if r := d.load(); r.active() && a.Flags&affectConfig == 0 || a.Flags&affectLive != 0 {
		if g, ok := r.guest.(drivers.LifecycleActor); ok {
			if err := g.SetLifecycleAction(c, vir.DomainLifecycle(a.Type), action); err != nil {
				return nil, err
			}
		}
	}
	return nil, d.edit(c, a.Flags, func(t *domxml.Domain, _ bool) error {
		*lifecycleField(t, vir.DomainLifecycle(a.Type)) = action
		return nil
	})
}

func lifecycleField(t *domxml.Domain, l vir.DomainLifecycle) *domxml.LifecycleAction {
	switch l {
	case vir.DomainLifecyclePoweroff:
		return &t.OnPoweroff
	case vir.DomainLifecycleReboot:
		return &t.OnReboot
	}
	return &t.OnCrash
}

// lifecycle is the action that a definition has for an event.
func (f *definition) lifecycle(l vir.DomainLifecycle) domxml.LifecycleAction {
	return *lifecycleField(f.tree(), l)
}
