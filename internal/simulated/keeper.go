package simulated

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
)

// forgetful acknowledges what is to be kept, and keeps nothing: the host has no
// files. That there is a keeper at all makes it a host like those of real
// daemons, whose definitions are checked where they are kept.
type forgetful struct{}

var _ drivers.Keeper = forgetful{}

func (forgetful) Load(context.Context, func(string, error)) ([]drivers.Kept, error) { return nil, nil }

func (forgetful) Keep(context.Context, drivers.Kept) error { return nil }

func (forgetful) Forget(context.Context, drivers.Kind, string, string) error { return nil }

func (forgetful) SetAutostart(context.Context, drivers.Kind, string, bool) error { return nil }
