//go:build linux

package qemu

import (
	"context"
	"slices"
	"time"

	"github.com/govirtd/govirtd/drivers"
)

var _ drivers.KeySender = (*Guest)(nil)

// SendKeys types keys together; codes are Linux's.
func (g *Guest) SendKeys(ctx context.Context, codes []uint32, hold time.Duration) error {
	var keys []object
	for _, c := range codes {
		n, ok := keyNumber(c)
		if !ok {
			return errInternal("cannot translate keycode %d of linux codeset to qnum keycode", c)
		}
		keys = append(keys, object{"type": "number", "data": n})
	}
	args := object{"keys": keys}
	if hold > 0 {
		args["hold-time"] = hold.Milliseconds()
	}
	return g.verb(ctx, "send-key", args, nil)
}

// keyNumber is the emulator's number of a key: that of the first set of PC
// keyboards, as Linux's codes are up to 83, with 0x80 for keys with a prefix.
func keyNumber(linux uint32) (int, bool) {
	if linux >= 1 && linux <= 83 {
		return int(linux), true
	}
	if n, ok := keyNumbers[linux]; ok {
		return n, true
	}
	return silentKey, slices.ContainsFunc(silentKeys, func(r [2]uint32) bool { return r[0] <= linux && linux <= r[1] })
}
