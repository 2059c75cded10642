package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The checks that the daemon and libvirt's public functions make on arguments,
// with the reference's texts.

// rpcError is a refusal by the daemon's own layer.
func rpcError(format string, args ...any) error {
	return vir.Errorf(vir.FromRPC, vir.ErrRPC, format, args...)
}

// checkMax bounds the size of an old list: name is the argument, limit the
// constant's value and bound its name.
func checkMax(n int32, name string, limit int, bound string) error {
	if n < 0 {
		return rpcError("%s must be non-negative", name)
	}
	if int(n) > limit {
		return rpcError("%s > %s", name, bound)
	}
	return nil
}

// checkNparams bounds the number of typed parameters that a caller wants.
func checkNparams(n int32, limit int) error {
	if n < 0 {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "nparams must be non-negative")
	}
	if int(n) > limit {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "nparams too large")
	}
	return nil
}

// argError is a refusal by the public function of a procedure.
func argError(info *proc.Info, arg, format string, args ...any) error {
	return vir.ArgError(family(info), vir.ErrInvalidArg, info.API, arg, format, args...)
}

// notZero refuses 0 for the argument.
func notZero[T int32 | uint32 | uint64 | int64](info *proc.Info, arg string, v T) error {
	if v == 0 {
		return argError(info, arg, "%s in %s must not be zero", arg, info.API)
	}
	return nil
}

// positive refuses numbers below 1.
func positive(info *proc.Info, arg string, v int32) error {
	if v < 1 {
		return argError(info, arg, "%s in %s must be greater than zero", arg, info.API)
	}
	return nil
}

// nonNegative refuses numbers below 0.
func nonNegative(info *proc.Info, arg string, v int32) error {
	if v < 0 {
		return argError(info, arg, "%s in %s must be zero or greater", arg, info.API)
	}
	return nil
}

// notNull refuses an absent value.
func notNull(info *proc.Info, arg string, present bool) error {
	if !present {
		return argError(info, arg, "%s in %s must not be NULL", arg, info.API)
	}
	return nil
}

// exclusive refuses two flags together.
func exclusive(info *proc.Info, flags, a, b uint32, nameA, nameB string) error {
	if flags&a != 0 && flags&b != 0 {
		return argError(info, "ctl", "Flags '%s' and '%s' are mutually exclusive", nameA, nameB)
	}
	return nil
}

// required refuses a flag without the one that it needs.
func required(info *proc.Info, flags, flag, needed uint32, name, neededName string) error {
	if flags&flag != 0 && flags&needed == 0 {
		return argError(info, "ctl", "Flag '%s' is required by flag '%s'", neededName, name)
	}
	return nil
}

// checkBuffer bounds the bytes that a caller wants.
func checkBuffer(size, limit uint64) error {
	if size > limit {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "size > maximum buffer size")
	}
	return nil
}

// first is the first error of several checks.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
