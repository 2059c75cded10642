package engine

import (
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// keycodeSets are the code sets by virKeycodeSet; the last one is of the RFB
// protocol.
var keycodeSets = []string{"linux", "xt", "atset1", "atset2", "atset3", "os_x", "xt_kbd", "usb", "win32", "qnum"}

// maxKeycode is the highest code that any set has.
const maxKeycode = 0x2ff

func checkSendKey(a *remoteproto.DomainSendKeyArgs) error {
	p := remoteproto.DomainSendKey.Info
	if err := notNull(p, "keycodes", len(a.Keycodes) > 0); err != nil {
		return err
	}
	if a.Codeset >= uint32(len(keycodeSets)) {
		return vir.ArgError(vir.FromDomain, vir.ErrInvalidArg, p.API, "codeset", "Unsupported codeset '%d'", int32(a.Codeset))
	}
	return nil
}

// domainSendKey presses keys together and releases them after a while.
func domainSendKey(c *call, g drivers.KeySender, a *remoteproto.DomainSendKeyArgs) (*proc.Void, error) {
	for _, k := range a.Keycodes {
		if k > maxKeycode {
			return nil, c.host.errorf(vir.ErrInternalError, "invalid keycode %d of %s codeset", k, keycodeSets[a.Codeset])
		}
	}
	return nil, g.SendKeys(c, a.Keycodes, time.Duration(a.Holdtime)*time.Millisecond)
}
