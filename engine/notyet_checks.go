package engine

import (
	"fmt"
	"reflect"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// argCheck is one check of an argument of a procedure without a handler. The
// reference makes it before it says that the driver lacks the procedure.
type argCheck struct {
	proc *proc.Info
	// early checks come before the read-only rule.
	early bool
	// field is that of the argument struct; arg is the argument's name for the
	// public function, the field's of the protocol where it is empty.
	field string
	check func(info *proc.Info, v reflect.Value, args any) error
}

const (
	early = true
	late  = false
)

// argChecks are in the order in which the checks of a procedure are made.
var argChecks = []argCheck{
	{remoteproto.DomainMigratePrepare.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigratePrepare2.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigratePrepare3.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigratePrepareTunnel.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigratePrepareTunnel3.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigrateBegin3.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigratePerform.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigratePerform3.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigrateFinish.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigrateFinish2.Info, late, "Dname", notEmptyIfThere("dname")},
	{remoteproto.DomainMigrateFinish3.Info, late, "Dname", notEmptyIfThere("dname")},

	{remoteproto.DomainBlockPeek.Info, early, "Size", bufferSize(remoteproto.DomainBlockPeekBufferMax)},
	{remoteproto.DomainBlockPeek.Info, late, "Path", notEmptyIfThere("disk")},
	{remoteproto.DomainBlockRebase.Info, late, "Flags", rebaseFlags},
	{remoteproto.DomainManagedSaveDefineXML.Info, early, "Flags", saveFlags},
	{remoteproto.DomainSaveParams.Info, late, "Flags", saveFlags},
	{remoteproto.DomainSaveParams.Info, late, "Params", stringParam("file")},
	{remoteproto.DomainRestoreParams.Info, late, "Flags", saveFlags},
	{remoteproto.DomainAuthorizedSSHKeysSet.Info, early, "Flags", excludes(
		uint32(vir.DomainAuthorizedSSHKeysSetAppend), uint32(vir.DomainAuthorizedSSHKeysSetRemove),
		"VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND", "VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE")},
	{remoteproto.DomainSetLaunchSecurityState.Info, early, "Params", notNone("params")},
	{remoteproto.DomainSetThrottleGroup.Info, late, "Params", func(info *proc.Info, v reflect.Value, _ any) error {
		return positive(info, "nparams", int32(v.Len()))
	}},
	{remoteproto.DomainDelThrottleGroup.Info, late, "Group", there("group")},

	{qemuproto.DomainQemuAttach.Info, early, "PIDValue", func(info *proc.Info, v reflect.Value, _ any) error {
		return notZero(info, "pid_value", uint32(v.Uint()))
	}},
}

// unboundChecks are the checks of one procedure by their place.
type unboundChecks struct{ early, late []func(args any) error }

// checksOf collects the checks of a procedure; names of typed parameters that
// are too long are refused early, whatever the procedure.
func checksOf(info *proc.Info) (c unboundChecks) {
	args := reflect.TypeOf(info.NewArgs()).Elem()
	if f, ok := args.FieldByName("Params"); ok && f.Type == reflect.TypeFor[[]remoteproto.TypedParam]() {
		c.early = append(c.early, func(a any) error {
			return checkParamNames(reflect.ValueOf(a).Elem().FieldByIndex(f.Index).Interface().([]remoteproto.TypedParam))
		})
	}
	for _, k := range argChecks {
		if k.proc != info {
			continue
		}
		f, ok := args.FieldByName(k.field)
		if !ok {
			panic(fmt.Sprintf("engine: %s has no argument %s", info.Name, k.field))
		}
		check := func(a any) error { return k.check(info, reflect.ValueOf(a).Elem().FieldByIndex(f.Index), a) }
		if k.early {
			c.early = append(c.early, check)
		} else {
			c.late = append(c.late, check)
		}
	}
	return c
}

func run(checks []func(any) error, args any) error {
	for _, f := range checks {
		if err := f(args); err != nil {
			return err
		}
	}
	return nil
}

// The conditions of the table.

func notEmptyIfThere(arg string) func(*proc.Info, reflect.Value, any) error {
	return func(info *proc.Info, v reflect.Value, _ any) error {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return nil
			}
			v = v.Elem()
		}
		if v.String() == "" {
			return argError(info, arg, "string %s in %s must not be empty", arg, info.API)
		}
		return nil
	}
}

func there(arg string) func(*proc.Info, reflect.Value, any) error {
	return func(info *proc.Info, v reflect.Value, _ any) error { return notNull(info, arg, !v.IsNil()) }
}

func notNone(arg string) func(*proc.Info, reflect.Value, any) error {
	return func(info *proc.Info, v reflect.Value, _ any) error { return notNull(info, arg, v.Len() > 0) }
}

func bufferSize(limit uint64) func(*proc.Info, reflect.Value, any) error {
	return func(_ *proc.Info, v reflect.Value, _ any) error { return checkBuffer(v.Uint(), limit) }
}

func excludes(a, b uint32, nameA, nameB string) func(*proc.Info, reflect.Value, any) error {
	return func(info *proc.Info, v reflect.Value, _ any) error {
		return exclusive(info, uint32(v.Uint()), a, b, nameA, nameB)
	}
}

func saveFlags(info *proc.Info, v reflect.Value, _ any) error {
	return runningOrPaused(info, uint32(v.Uint()))
}

// stringParam refuses another type for a parameter that the public function
// reads itself.
func stringParam(name string) func(*proc.Info, reflect.Value, any) error {
	return func(_ *proc.Info, v reflect.Value, _ any) error {
		for _, p := range v.Interface().([]remoteproto.TypedParam) {
			if p.Field == name && p.Value.Type != int32(vir.TypedParamString) {
				return vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "Invalid type 'string' requested for parameter '%s', actual type is '%s'",
					name, paramTypeName(p.Value.Type))
			}
		}
		return nil
	}
}

// rebaseFlags: most flags are about the copy, which needs a destination.
func rebaseFlags(info *proc.Info, v reflect.Value, args any) error {
	const ofCopy = uint32(vir.DomainBlockRebaseShallow | vir.DomainBlockRebaseReuseExt | vir.DomainBlockRebaseCopyRaw | vir.DomainBlockRebaseCopyDev)
	flags := uint32(v.Uint())
	if flags&uint32(vir.DomainBlockRebaseCopy) != 0 {
		return notNull(info, "base", args.(*remoteproto.DomainBlockRebaseArgs).Base != nil)
	}
	if flags&ofCopy != 0 {
		return argError(info, "flags", "use of flags requires a copy job")
	}
	return nil
}
