//go:build linux && (race || !(amd64 || arm64 || riscv64 || ppc64le || loong64))

package netpkt

import "syscall"

// recvmsg receives descriptors with close-on-exec set from the start.
func recvmsg(fd int, p, oob []byte) (n, oobn, flags int, err error) {
	n, oobn, flags, _, err = syscall.Recvmsg(fd, p, oob, syscall.MSG_CMSG_CLOEXEC)
	return n, oobn, flags, err
}

// write writes the first part; the caller comes again with the second.
func write(fd int, head, _ []byte) (int, error) { return syscall.Write(fd, head) }
