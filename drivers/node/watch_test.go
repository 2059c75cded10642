//go:build linux

package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// Messages come in swarms; one look is enough for each.
func TestSwarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		pauses := []time.Duration{0, 10 * time.Millisecond, 10 * time.Millisecond, time.Second, 150 * time.Millisecond, 150 * time.Millisecond}
		var begin, looks = time.Now(), []time.Duration{}
		done := make(chan error)
		go func() {
			done <- tellWhenSettled(ctx, func() error {
				if len(pauses) == 0 {
					<-ctx.Done()
					return ctx.Err()
				}
				time.Sleep(pauses[0])
				pauses = pauses[1:]
				return nil
			}, func() { looks = append(looks, time.Since(begin)) })
		}()
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if len(looks) != 2 || looks[0] != 220*time.Millisecond || looks[1] != 1520*time.Millisecond {
			t.Errorf("looked at %v", looks)
		}
	})
}

// The real socket can be listened to and given up.
func TestWatchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- New().WatchNodeDevices(ctx, func() {}) }()
	time.Sleep(20 * time.Millisecond)
	cancel()
	select {
	case err := <-done:
		switch {
		case errors.Is(err, fs.ErrPermission) && os.Getuid() != 0:
			t.Skip(err) // not everybody may listen
		case !errors.Is(err, context.Canceled):
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}
