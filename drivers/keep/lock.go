//go:build linux

package keep

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/protocol/vir"
)

// lockers are the drivers of the reference that keep something of ours.
var lockers = []string{"qemu", "network", "storage", "secrets", "nwfilter"}

// Lock makes sure that no other daemon, ours or the reference's, works with
// the same files: it takes the locks that the reference's drivers hold, which
// end with the process. Closing the result gives them back.
func (k *Keeper) Lock() (io.Closer, error) {
	var l locks
	for _, driver := range lockers {
		if driver == "nwfilter" && k.layout.Filters == "" {
			continue
		}
		f, err := lockFile(filepath.Join(k.layout.run(driver), "driver.pid"))
		if err != nil {
			l.Close()
			return nil, err
		}
		l.files = append(l.files, f)
	}
	return &l, nil
}

type locks struct {
	mu    sync.Mutex
	files []*os.File
}

func (l *locks) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, f := range l.files {
		// The file goes while it is locked, so that none that is locked is ever removed.
		errs = append(errs, os.Remove(f.Name()), f.Close())
	}
	l.files = nil
	return errors.Join(errs...)
}

// lockFile takes a lock and writes who has it.
func lockFile(path string) (*os.File, error) {
	failed := func(err error) (*os.File, error) {
		return nil, system(vir.FromNone, err, "Failed to acquire pid file '%s'", path)
	}
	if err := makeFolder(filepath.Dir(path), 0o755); err != nil {
		return failed(err)
	}
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return failed(err)
		}
		// A lock of the process and not of the file, as the reference's is.
		if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Len: 1}); err != nil {
			f.Close()
			return failed(err)
		}
		// Somebody may have removed it in between: then the lock is on nothing.
		a, errA := f.Stat()
		b, errB := os.Stat(path)
		if errA != nil || errB != nil || !os.SameFile(a, b) {
			f.Close()
			continue
		}
		err = f.Truncate(0)
		if err == nil {
			_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
		}
		if err != nil {
			f.Close()
			return failed(err)
		}
		return f, nil
	}
}
