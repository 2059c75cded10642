package qmp

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrClosed is the end of a connection by Close.
var ErrClosed = errors.New("the monitor connection is closed")

// ErrTooLarge is the end of a connection whose other side sends a message
// beyond Options.MaxMessage.
var ErrTooLarge = errors.New("a message of the monitor is too large")

// Error is QEMU's refusal of a command.
type Error struct {
	Command string
	Class   string // GenericError, CommandNotFound, DeviceNotFound ..
	Desc    string
}

func (e *Error) Error() string {
	return fmt.Sprintf("unable to execute QEMU command '%s': %s", e.Command, e.Desc)
}

// SilentError says that a command has not been answered, which is the caller's
// own or the one that it had to wait for.
type SilentError struct {
	Command string
	Owner   string // who has asked for it; empty if nobody has said
	Since   time.Time
	Age     time.Duration // when the error was made
	// Cause is the error of the caller's context; nil for a call that did not
	// wait since the monitor is stuck.
	Cause error
}

func (e *SilentError) Error() string {
	return fmt.Sprintf("the monitor has not answered %s for %v", e.What(), e.Age.Round(time.Millisecond))
}

// What is the command and its owner, for texts.
func (e *SilentError) What() string {
	if e.Owner == "" {
		return "'" + e.Command + "'"
	}
	return "'" + e.Command + "' of " + e.Owner
}

type ownerKey struct{}

// WithOwner is a context whose commands are somebody's, which errors about their
// answers say.
func WithOwner(ctx context.Context, owner string) context.Context {
	return context.WithValue(ctx, ownerKey{}, owner)
}

func (e *SilentError) Unwrap() error { return e.Cause }

func (c *command) silent(cause error) *SilentError {
	return &SilentError{Command: c.name, Owner: c.owner, Since: c.sent, Age: time.Since(c.sent), Cause: cause}
}
