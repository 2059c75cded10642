//go:build !linux

package bench

import (
	"net"
	"time"
)

func blocking(net.Conn) net.Conn { return nil }

func dialBlocking(socket string) (net.Conn, error) { return net.Dial("unix", socket) }

func nap(d time.Duration) { time.Sleep(d) }
