package engine

import (
	"os"

	"golang.org/x/sys/unix"
)

// socketPair makes two ends of a connection, which no child of ours gets.
func socketPair(name string) (a, b *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(pair[0]), name), os.NewFile(uintptr(pair[1]), name), nil
}
