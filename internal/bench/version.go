package bench

import (
	"fmt"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// Version is the release that the daemon says to be of: 9.0.0.
func (t *Target) Version() (string, error) {
	c, err := t.open()
	if err != nil {
		return "", err
	}
	defer c.Close()
	var ret remoteproto.ConnectGetLibVersionRet
	if err := c.result(smallCall, &ret); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d.%d.%d", ret.LibVer/1_000_000, ret.LibVer/1000%1000, ret.LibVer%1000), nil
}
