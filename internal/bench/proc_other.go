//go:build !linux

package bench

import "time"

func cpuTime(int) time.Duration { return 0 }

func resident(int) int64 { return 0 }
