//go:build !linux

package daemon

import (
	"context"
	"errors"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// qemuHost is not there: real guests need Linux.
type qemuHost struct {
	places places
	secret func(uuid domxml.UUID, usage domxml.SecretUsageType, id string) ([]byte, error)
	volume func(pool, volume string) (*domxml.StorageVolume, error)
}

type places struct{ session bool }

func newQEMUHost(Config) *qemuHost { return nil }

func (*qemuHost) open(context.Context) (*drivers.Host, error) {
	return nil, errors.New("real guests need Linux")
}

func (*qemuHost) inUse() bool { return false }

// realType is the backend of real guests, of which there is none.
func realType() drivers.Backend { return nil }

func (*qemuHost) uri() string { return "" }
