package bench

import (
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// cpuTime is the CPU time that a process has used, exact and with its ended threads: the clock that clock_getcpuclockid(3)
// names.
func cpuTime(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	var ts syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(^pid<<3|2), uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

// resident is the resident memory of a process in bytes, 0 where unknown.
func resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int64
	fmt.Sscan(string(b), &size, &pages)
	return pages * int64(os.Getpagesize())
}
