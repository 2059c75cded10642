//go:build !linux

package bench

import (
	"fmt"
	"net"
	"runtime"
	"syscall"
	"time"
)

func cpuTime(int) time.Duration { return 0 }

func resident(int) int64 { return 0 }

func peerOf(net.Conn) int { return 0 }

func dieWithUs() *syscall.SysProcAttr { return nil }

func terminate(int) {}

func machine() string { return fmt.Sprintf("%s, %d processors", runtime.GOOS, runtime.NumCPU()) }
