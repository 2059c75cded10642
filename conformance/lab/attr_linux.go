package lab

import "syscall"

// sysProcAttr makes a daemon end with the test process, however that ends, and keeps the terminal's signals from it.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
