//go:build linux

package node

import "golang.org/x/sys/unix"

// machine is libvirt's name of the processor that the kernel names.
func machine() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return archOf(unix.ByteSliceToString(u.Machine[:]))
}

func archOf(kernel string) string {
	switch kernel {
	case "i386", "i486", "i586":
		return "i686"
	case "amd64":
		return "x86_64"
	}
	return kernel
}
