//go:build linux

package qemu

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// process is a running QEMU. It is held by a descriptor: a signal never meets
// another process that has got its number.
type process struct {
	pid   int
	fd    *os.File
	child bool
	// done is closed when it has ended; status is that of a child then.
	done   chan struct{}
	status unix.WaitStatus
}

// program is what spawn starts.
type program struct {
	path  string
	args  []string // behind the name
	env   []string
	files []*os.File // from descriptor 0 on
	user  *User
}

// spawn starts a program in a session of its own, with the given descriptors
// and no others, that can never gain rights.
func spawn(p program) (*process, error) {
	// What the daemon has got from its own parent is not marked as Go marks
	// everything that it opens.
	if err := unix.CloseRange(3, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC); err != nil && err != unix.ENOSYS && err != unix.EINVAL {
		return nil, fmt.Errorf("close_range: %w", err)
	}
	fd := -1
	attr := &os.ProcAttr{Dir: "/", Env: p.env, Files: p.files, Sys: &syscall.SysProcAttr{
		Setsid: true, Credential: p.user.credential(), PidFD: &fd,
	}}
	var child *os.Process
	err := onItsOwnThread(func() (err error) {
		// The mark belongs to the thread and is handed down.
		if err = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err == nil {
			child, err = os.StartProcess(p.path, append([]string{p.path}, p.args...), attr)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	pid := child.Pid
	_ = child.Release() // it is waited for by its descriptor
	if fd < 0 {
		return nil, errors.New("the kernel has no descriptors of processes")
	}
	return watch(pid, fd, true)
}

// onItsOwnThread runs f on a thread that ends afterwards, as one does that is
// locked to the end of its goroutine. The first thread of the daemon cannot.
func onItsOwnThread(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// While it is locked, another goroutine gets another thread.
			done <- onItsOwnThread(f)
			runtime.UnlockOSThread()
			return
		}
		done <- f()
	}()
	return <-done
}

// adopt holds a process that is not a child.
func adopt(pid int) (*process, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, err
	}
	return watch(pid, fd, false)
}

func watch(pid, fd int, child bool) (*process, error) {
	// Only then is it waited for without a thread.
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, err
	}
	p := &process{pid: pid, fd: os.NewFile(uintptr(fd), "pidfd"), child: child, done: make(chan struct{})}
	raw, err := p.fd.SyscallConn()
	if err != nil {
		p.fd.Close()
		return nil, err
	}
	go p.wait(raw)
	return p, nil
}

func (p *process) wait(raw syscall.RawConn) {
	timeout := 0
	over := func(fd uintptr) bool {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, timeout)
		return n > 0 || err != nil && err != unix.EINTR
	}
	if err := raw.Read(over); err != nil {
		// An old kernel, whose descriptors can only be waited for by a thread.
		timeout = -1
		for ended := false; !ended; {
			if raw.Control(func(fd uintptr) { ended = over(fd) }) != nil {
				break
			}
		}
	}
	for p.child {
		if _, err := unix.Wait4(p.pid, &p.status, 0, nil); err != unix.EINTR {
			break
		}
	}
	close(p.done)
}

// signal sends a signal; one that has ended takes none, which is no error.
func (p *process) signal(s unix.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	raw, err := p.fd.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = unix.PidfdSendSignal(int(fd), s, nil, 0) }); err != nil {
		return err
	}
	if inner == unix.ESRCH {
		return nil
	}
	return inner
}

// release lets go of the descriptor. The process must have ended.
func (p *process) release() { p.fd.Close() }
