//go:build unix && !linux

package netpkt

import "syscall"

// recvmsg receives descriptors and sets close-on-exec before anything can be
// executed in between.
func recvmsg(fd int, p, oob []byte) (n, oobn, flags int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	n, oobn, flags, _, err = syscall.Recvmsg(fd, p, oob, 0)
	if err == nil && oobn > 0 {
		msgs, _ := syscall.ParseSocketControlMessage(oob[:oobn])
		for i := range msgs {
			fds, _ := syscall.ParseUnixRights(&msgs[i])
			for _, fd := range fds {
				syscall.CloseOnExec(fd)
			}
		}
	}
	return n, oobn, flags, err
}

// write writes the first part; the caller comes again with the second.
func write(fd int, head, _ []byte) (int, error) { return syscall.Write(fd, head) }

// hungUp cannot tell here without the poll of another package.
func hungUp(uintptr) bool { return false }
