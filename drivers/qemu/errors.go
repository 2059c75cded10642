//go:build linux

package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Errors are in the reference's words as far as it has some.

func errInternal(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrInternalError, format, args...)
}

func errInvalid(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrOperationInvalid, format, args...)
}

func errArgument(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, format, args...)
}

// errSystem is an error of the host's kernel, whose number goes along.
func errSystem(domain vir.ErrorDomain, err error, format string, args ...any) error {
	text := err.Error()
	number := int32(-1)
	var no unix.Errno
	if errors.As(err, &no) {
		number, text = int32(no), sentence(no)
	}
	e := vir.Errorf(domain, vir.ErrSystemError, "%s: %s", fmt.Sprintf(format, args...), text)
	e.Int1 = number
	return e
}

// sentence is the C library's text: Go's begins with a small letter.
func sentence(no unix.Errno) string {
	b := []byte(no.Error())
	if len(b) > 0 && 'a' <= b[0] && b[0] <= 'z' {
		b[0] -= 'a' - 'A'
	}
	return string(b)
}

// monitorError is what clients hear of a command that has failed.
func (g *Guest) monitorError(err error) error {
	var refused *qmp.Error
	var silent *qmp.SilentError
	var mine *vir.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mine):
		return mine
	case errors.As(err, &refused):
		return errInternal("%s", refused.Error())
	case errors.As(err, &silent):
		return vir.Errorf(vir.FromQEMU, vir.ErrOperationTimeout, "the monitor of domain '%s' has not answered %s for %v",
			g.name, silent.What(), silent.Age.Round(100*time.Millisecond))
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return vir.Errorf(vir.FromQEMU, vir.ErrOperationTimeout, "the monitor of domain '%s' was not free in time", g.name)
	}
	select {
	case <-g.mon.Done():
		return errInternal("End of file from qemu monitor (vm='%s')", g.name)
	default:
		return errInternal("monitor of domain '%s': %v", g.name, err)
	}
}

// isRefused reports whether QEMU has refused a command, with an error of the
// class if one is named.
func isRefused(err error, class string) bool {
	var e *qmp.Error
	return errors.As(err, &e) && (class == "" || e.Class == class)
}

// missing reports whether an error is about a file that is not there.
func missing(err error) bool { return errors.Is(err, os.ErrNotExist) }

// errnoOf is the kernel's number in an error.
func errnoOf(err error) (no unix.Errno, ok bool) {
	ok = errors.As(err, &no)
	return no, ok
}
