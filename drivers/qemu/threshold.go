//go:build linux

package qemu

import (
	"context"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
)

var _ drivers.BlockThresholder = (*Guest)(nil)

// SetBlockThreshold has the monitor tell when a write goes beyond that byte of
// an image: the one on top of a disk ("vda"), or one below by its number
// ("vda[3]").
func (g *Guest) SetBlockThreshold(ctx context.Context, disk string, threshold uint64) error {
	target, number, numbered := strings.Cut(disk, "[")
	var k *domxml.Disk
	if k = g.live.Load().DiskByTarget(target); k == nil || k.Source == nil {
		return errInvalid("block device '%s' was not assigned to domain", disk)
	}
	index := k.Source.Index
	if numbered {
		n, err := strconv.ParseUint(strings.TrimSuffix(number, "]"), 10, 32)
		found := false
		for _, image := range chain(k) {
			found = found || image.index == uint(n)
		}
		if err != nil || !found {
			return errInvalid("block device '%s' was not assigned to domain", disk)
		}
		index = uint(n)
	}
	return g.verb(ctx, "block-set-write-threshold", object{"node-name": argv.NodeName(index) + "-storage", "write-threshold": threshold}, nil)
}
