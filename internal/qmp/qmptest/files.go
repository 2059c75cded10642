package qmptest

import (
	"net"
	"os"
	"syscall"
)

// files reads a unix socket and keeps the descriptors that come along.
type files struct {
	conn *net.UnixConn
	got  []*os.File
}

func (f *files) Read(p []byte) (int, error) {
	oob := make([]byte, syscall.CmsgSpace(4*16))
	n, on, _, _, err := f.conn.ReadMsgUnix(p, oob)
	if err != nil {
		return n, err
	}
	list, err := syscall.ParseSocketControlMessage(oob[:on])
	if err != nil {
		return n, err
	}
	for _, m := range list {
		fds, err := syscall.ParseUnixRights(&m)
		if err != nil {
			return n, err
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			f.got = append(f.got, os.NewFile(uintptr(fd), "received"))
		}
	}
	return n, nil
}

// take gives the descriptors since the last call.
func (f *files) take() []*os.File {
	got := f.got
	f.got = nil
	return got
}
