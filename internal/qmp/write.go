package qmp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// send writes a command. What cannot be written whole ends the connection;
// files that are not there end the command only.
func (c *Client) send(cmd *command) {
	rest := cmd.packet
	if len(cmd.files) > 0 {
		n, err := c.sendFiles(cmd)
		if err != nil && n == 0 {
			c.answered(&cmd.id, reply{err: err}, nil)
			return
		}
		rest = rest[n:]
	}
	if _, err := c.conn.Write(rest); err != nil {
		c.fail(fmt.Errorf("writing to the monitor: %w", err))
	}
}

// sendFiles writes the packet's beginning together with the files.
func (c *Client) sendFiles(cmd *command) (int, error) {
	conn, ok := c.conn.(*net.UnixConn)
	if !ok {
		return 0, errors.New("files can be sent through a unix socket only")
	}
	var n int
	err := withFDs(cmd.files, nil, func(fds []int) (err error) {
		n, _, err = conn.WriteMsgUnix(cmd.packet, syscall.UnixRights(fds...), nil)
		return err
	})
	return n, err
}

// withFDs runs f with the numbers of files that cannot be closed meanwhile.
func withFDs(files []*os.File, fds []int, f func([]int) error) error {
	if len(files) == 0 {
		return f(fds)
	}
	raw, err := files[0].SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = withFDs(files[1:], append(fds, int(fd)), f) }); err != nil {
		return err
	}
	return inner
}
