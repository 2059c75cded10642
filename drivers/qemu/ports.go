//go:build linux

package qemu

import (
	"context"
	"net"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ports gives ports of the host to screens. A port that somebody else listens
// on is passed over; one that was given stays taken until it is put back.
type ports struct {
	mu    sync.Mutex
	taken map[int]bool
	free  func(port int) bool
}

// The ranges of the reference.
const (
	firstDisplayPort   = 5900
	firstWebSocketPort = 5700
	lastPort           = 65535
)

func newPorts() *ports { return &ports{taken: map[int]bool{}, free: isFree} }

// isFree tries to listen on all addresses of both families.
func isFree(port int) bool {
	for _, network := range []string{"tcp4", "tcp6"} {
		l, err := new(net.ListenConfig).Listen(context.Background(), network, ":"+strconv.Itoa(port))
		if err == nil {
			l.Close()
		} else if !isNoFamily(err) {
			return false
		}
	}
	return true
}

// isNoFamily reports whether a host does not have an address family.
func isNoFamily(err error) bool {
	no, ok := errnoOf(err)
	return ok && (no == unix.EAFNOSUPPORT || no == unix.EADDRNOTAVAIL)
}

// get takes the first free port of a range, 0 if there is none.
func (p *ports) get(first, last int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := first; n <= last; n++ {
		if !p.taken[n] && p.free(n) {
			p.taken[n] = true
			return n
		}
	}
	return 0
}

// take marks ports that a guest has already.
func (p *ports) take(list []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range list {
		p.taken[n] = true
	}
}

func (p *ports) put(list []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range list {
		delete(p.taken, n)
	}
}

// assignPorts gives ports to the screens of a live document that leave the
// choice to the host, and returns those that it took.
func (b *Backend) assignPorts(d *domxml.Domain) (taken []int, err error) {
	give := func(port **int, first int, kind string) error {
		n := b.ports.get(first, lastPort)
		if n == 0 {
			return vir.Errorf(vir.FromQEMU, vir.ErrInternalError, "Unable to find an unused port in range '%s' (%d-%d)", kind, first, lastPort)
		}
		taken = append(taken, n)
		*port = &n
		return nil
	}
	defer func() {
		if err != nil {
			b.ports.put(taken)
			taken = nil
		}
	}()
	for i := range d.Devices.Graphics {
		g := &d.Devices.Graphics[i]
		if g.Type != "vnc" && g.Type != "spice" || len(g.Listens) > 0 && (g.Listens[0].Type == "socket" || g.Listens[0].Type == "none") {
			continue
		}
		auto := g.AutoPort == domxml.Yes
		if auto || g.Type == "vnc" && g.Port != nil && *g.Port == -1 {
			if err := give(&g.Port, firstDisplayPort, g.Type); err != nil {
				return taken, err
			}
		} else if g.Port != nil && *g.Port > 0 {
			b.ports.take([]int{*g.Port})
			taken = append(taken, *g.Port)
		}
		if g.Type == "spice" && b.cfg.Settings.SPICE.TLSDir != "" && (auto || g.TLSPort != nil && *g.TLSPort == -1) {
			if err := give(&g.TLSPort, firstDisplayPort, g.Type); err != nil {
				return taken, err
			}
		}
		if g.Type == "vnc" && g.WebSocket != nil && *g.WebSocket == -1 {
			if err := give(&g.WebSocket, firstWebSocketPort, "vnc websocket"); err != nil {
				return taken, err
			}
		}
	}
	return taken, nil
}

// screenPorts are the ports of a live document.
func screenPorts(d *domxml.Domain) (list []int) {
	for _, g := range d.Devices.Graphics {
		for _, p := range []*int{g.Port, g.TLSPort, g.WebSocket} {
			if p != nil && *p > 0 {
				list = append(list, *p)
			}
		}
	}
	return list
}
