//go:build !linux

package lab

import "syscall"

func sysProcAttr() *syscall.SysProcAttr { return nil }
