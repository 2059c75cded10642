//go:build linux

package qemu

import (
	"bytes"
	"os"

	"github.com/govirtd/govirtd/drivers"
)

var (
	_ drivers.BandwidthScheduler = (*Backend)(nil)
	_ drivers.JobReporter        = (*Backend)(nil)
	_ drivers.OnceStarter        = (*Backend)(nil)
)

// SchedulerType is that of the kernel.
func (*Backend) SchedulerType() string { return "posix" }

// ReportsJobs says that a guest without long work is one.
func (*Backend) ReportsJobs() {}

// StartsOnce says that domains can be marked for that.
func (*Backend) StartsOnce() {}

// controlGroups says whether the host has some. Guests are in none of their
// own.
func controlGroups() bool {
	mounts, err := os.ReadFile("/proc/self/mounts")
	return err == nil && (bytes.Contains(mounts, []byte(" cgroup ")) || bytes.Contains(mounts, []byte(" cgroup2 ")))
}
