//go:build linux && !race && (amd64 || arm64 || riscv64 || ppc64le || loong64)

package netpkt

import (
	"syscall"
	"unsafe"
)

// The sockets do not block, so that these calls do not wait: the scheduler
// need not be told of them. It would otherwise wake its monitor thread at
// every call that comes while the daemon is idle, which costs more than the
// call.

// recvmsg receives descriptors with close-on-exec set from the start.
func recvmsg(fd int, p, oob []byte) (n, oobn, flags int, err error) {
	iov := syscall.Iovec{Base: unsafe.SliceData(p)}
	iov.SetLen(len(p))
	msg := syscall.Msghdr{Iov: &iov, Iovlen: 1, Control: unsafe.SliceData(oob)}
	msg.SetControllen(len(oob))
	got, _, errno := syscall.RawSyscall(syscall.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), syscall.MSG_CMSG_CLOEXEC)
	if errno != 0 {
		return -1, 0, 0, errno
	}
	return int(got), int(msg.Controllen), int(msg.Flags), nil
}

// write writes both parts, of which the second may be empty.
func write(fd int, head, tail []byte) (int, error) {
	var n uintptr
	var errno syscall.Errno
	if len(tail) == 0 {
		n, _, errno = syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(head))), uintptr(len(head)))
	} else {
		iov := [2]syscall.Iovec{{Base: unsafe.SliceData(head)}, {Base: unsafe.SliceData(tail)}}
		iov[0].SetLen(len(head))
		iov[1].SetLen(len(tail))
		n, _, errno = syscall.RawSyscall(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&iov)), 2)
	}
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}
