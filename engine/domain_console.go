package engine

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainConsole(b *binder) {
	needsGuest[drivers.ConsoleOpener](onDomain(b, remoteproto.DomainOpenConsole, domainOpenConsole).
		knows(uint32(vir.DomainConsoleForce | vir.DomainConsoleSafe)))
}

// domainOpenConsole connects the caller's stream to a text device. A device
// has one user at a time; VIR_DOMAIN_CONSOLE_FORCE throws the present one out.
func domainOpenConsole(c *call, d *Domain, a *remoteproto.DomainOpenConsoleArgs) (*proc.Void, error) {
	device := str(a.DevName)
	return nil, openText(c, d, device, a.Flags&uint32(vir.DomainConsoleForce) != 0, func(g drivers.ConsoleOpener) (io.ReadWriteCloser, error) {
		return g.OpenConsole(c, device)
	})
}

// openText connects the caller's stream to what open gives of a running guest
// with ability C. key names it among what may have one user at a time.
func openText[C any](c *call, d *Domain, key string, force bool, open func(C) (io.ReadWriteCloser, error)) error {
	r := d.load()
	if !r.active() {
		return errNotActive()
	}
	g, err := guestOf[C](c, r)
	if err != nil {
		return err
	}
	session, err := d.consoles.take(key, force)
	if err != nil {
		return err
	}
	con, err := open(g)
	if err != nil {
		session.end()
		return err
	}
	c.ServeStream(func(ctx context.Context, s proc.Stream) error {
		defer session.end()
		return pump(ctx, s, con, session.evicted)
	})
	return nil
}

// pump copies both ways until one side has had enough.
func pump(ctx context.Context, s proc.Stream, con io.ReadWriteCloser, evicted <-chan struct{}) error {
	defer con.Close()
	done := make(chan error, 2)
	go func() {
		_, err := io.Copy(con, s)
		if errors.Is(err, io.ErrClosedPipe) {
			err = nil
		}
		done <- err
	}()
	go func() {
		_, err := io.Copy(s, con)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-evicted:
		return vir.Errorf(vir.FromStreams, vir.ErrOperationAborted, "another user has taken the console over")
	}
}

// consoles are the devices of a domain that are in use.
type consoles struct {
	mu    sync.Mutex
	users map[string]*consoleUser
}

// consoleUser is the present user of a device.
type consoleUser struct {
	of      *consoles
	device  string
	evicted chan struct{}
}

func (l *consoles) take(device string, force bool) (*consoleUser, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.users[device]; u != nil {
		if !force {
			return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationFailed, "Active console session exists for this domain")
		}
		close(u.evicted)
	}
	u := &consoleUser{of: l, device: device, evicted: make(chan struct{})}
	if l.users == nil {
		l.users = map[string]*consoleUser{}
	}
	l.users[device] = u
	return u, nil
}

func (u *consoleUser) end() {
	u.of.mu.Lock()
	defer u.of.mu.Unlock()
	if u.of.users[u.device] == u {
		delete(u.of.users, u.device)
	}
}
