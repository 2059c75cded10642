package netpkt

import (
	"syscall"
	"unsafe"
)

// pollfd is the kernel's struct pollfd.
type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

// The bits of pollfd that tell of a peer that is gone.
const (
	pollErr   = 0x8
	pollHup   = 0x10
	pollRdHup = 0x2000
)

// hungUp asks the kernel and does not wait.
func hungUp(fd uintptr) bool {
	p := pollfd{fd: int32(fd), events: pollRdHup}
	var now syscall.Timespec
	n, _, errno := syscall.Syscall6(syscall.SYS_PPOLL,
		uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return errno == 0 && n == 1 && p.revents&(pollErr|pollHup|pollRdHup) != 0
}
