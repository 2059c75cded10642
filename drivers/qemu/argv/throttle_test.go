package argv

import (
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

// TestSetIOThrottle has what 11.3.0 was seen to send.
func TestSetIOThrottle(t *testing.T) {
	k := &domxml.Disk{Target: domxml.DiskTarget{Dev: "vda", Bus: "virtio"}, IOTune: &domxml.IOTune{TotalBytesSec: 1000000}}
	k.Alias = &domxml.Alias{Name: "virtio-disk0"}
	const want = `{"id":"/machine/peripheral/virtio-disk0/virtio-backend","bps":1000000,"bps_rd":0,"bps_wr":0,"iops":0,"iops_rd":0,` +
		`"iops_wr":0,"bps_max":0,"bps_rd_max":0,"bps_wr_max":0,"iops_max":0,"iops_rd_max":0,"iops_wr_max":0,"iops_size":0}`
	if got := SetIOThrottle(k, k.IOTune).String(); got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	if !HasLimits(k) || HasLimits(&domxml.Disk{IOTune: &domxml.IOTune{GroupName: domxml.ThrottleGroupName{Name: "g"}}}) {
		t.Error("a disk has limits if one of them is set")
	}
}
