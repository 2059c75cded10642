package domxml

// YesNo is an attribute that says yes or no; empty is absent.
type YesNo string

// The values of YesNo.
const (
	Yes YesNo = "yes"
	No  YesNo = "no"
)

func (YesNo) values() []string { return []string{"yes", "no"} }

// OnOff is an attribute that says on or off; empty is absent.
type OnOff string

// The values of OnOff.
const (
	On  OnOff = "on"
	Off OnOff = "off"
)

func (OnOff) values() []string { return []string{"on", "off"} }

// LifecycleAction is what happens when a guest powers off, reboots or crashes.
type LifecycleAction string

// The actions; the last two are for crashes only.
const (
	LifecycleDestroy         LifecycleAction = "destroy"
	LifecycleRestart         LifecycleAction = "restart"
	LifecycleRestartRename   LifecycleAction = "rename-restart"
	LifecyclePreserve        LifecycleAction = "preserve"
	LifecycleCoredumpDestroy LifecycleAction = "coredump-destroy"
	LifecycleCoredumpRestart LifecycleAction = "coredump-restart"
)

func (LifecycleAction) values() []string {
	return []string{"destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart"}
}
