//go:build linux

package qemu

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/protocol/vir"
)

func (g *Guest) onIOError(e struct {
	Node    string `json:"node-name"`
	Device  string `json:"qom-path"`
	Action  string `json:"action"`
	NoSpace bool   `json:"nospace"`
},
) {
	f := drivers.IOFailed{Action: map[string]vir.DomainEventIOErrorAction{
		"report": vir.DomainEventIOErrorReport, "stop": vir.DomainEventIOErrorPause,
	}[e.Action]}
	if e.NoSpace {
		f.Reason = "enospc"
	}
	k, _, _ := g.diskOfNode(e.Node)
	if k == nil {
		k = g.diskOfDevice(e.Device)
	}
	if k != nil {
		f.Path, f.Alias = g.path(k), alias(k.Alias)
	}
	if f.Action == vir.DomainEventIOErrorPause {
		g.explain()
	}
	g.notify(f)
}

func (g *Guest) onTray(e struct {
	ID   string `json:"id"`
	Open bool   `json:"tray-open"`
},
) {
	reason := vir.DomainEventTrayChangeClose
	if e.Open {
		reason = vir.DomainEventTrayChangeOpen
	}
	if k := g.diskOfDevice(e.ID); k != nil {
		g.notify(drivers.TrayMoved{Alias: alias(k.Alias), Reason: reason})
	}
}

// onThreshold is told for an image of a disk, by its number, and for the disk
// if it is the one on top.
func (g *Guest) onThreshold(e struct {
	Node   string `json:"node-name"`
	Excess uint64 `json:"amount-exceeded"`
	Mark   uint64 `json:"write-threshold"`
},
) {
	k, s, index := g.diskOfNode(e.Node)
	if k == nil {
		return
	}
	f := drivers.ThresholdPassed{Target: k.Target.Dev, Path: sourcePath(s), Threshold: e.Mark, Excess: e.Excess}
	if s == k.Source {
		f.Path = g.path(k)
		g.notify(f)
	}
	f.Target = fmt.Sprintf("%s[%d]", k.Target.Dev, index)
	g.notify(f)
}

// device names a device by its alias, or by its place in the tree where it has
// none.
type device struct {
	Device string `json:"device"`
}

func (g *Guest) onDeleted(e device) {
	if e.Device != "" {
		g.notify(drivers.DeviceRemoved{Alias: e.Device})
	}
}

func (g *Guest) onKept(e device) {
	if e.Device != "" {
		g.notify(drivers.DeviceKept{Alias: e.Device})
	}
}

func (g *Guest) onMemoryDevice(e struct {
	ID   string `json:"id"`
	Size uint64 `json:"size"` // bytes
},
) {
	g.notify(drivers.MemoryDeviceResized{Alias: e.ID, Size: e.Size >> 10})
}

func (g *Guest) onMemoryFailure(e struct {
	Recipient string `json:"recipient"`
	Action    string `json:"action"`
	Flags     struct {
		Required  bool `json:"action-required"`
		Recursive bool `json:"recursive"`
	} `json:"flags"`
},
) {
	f := drivers.MemoryFailed{
		Recipient: map[string]vir.DomainMemoryFailureRecipientType{
			"hypervisor": vir.DomainEventMemoryFailureRecipientHypervisor, "guest": vir.DomainEventMemoryFailureRecipientGuest,
		}[e.Recipient],
		Action: map[string]vir.DomainMemoryFailureActionType{
			"ignore": vir.DomainEventMemoryFailureActionIgnore, "inject": vir.DomainEventMemoryFailureActionInject,
			"fatal": vir.DomainEventMemoryFailureActionFatal, "reset": vir.DomainEventMemoryFailureActionReset,
		}[e.Action],
	}
	if e.Flags.Required {
		f.Flags |= vir.DomainMemoryFailureActionRequired
	}
	if e.Flags.Recursive {
		f.Flags |= vir.DomainMemoryFailureRecursive
	}
	g.notify(f)
}

// onPort is a channel that somebody in the guest has opened or closed.
func (g *Guest) onPort(e struct {
	ID   string `json:"id"`
	Open bool   `json:"open"`
},
) {
	for i := range g.live.Load().Devices.Channels {
		if c := &g.live.Load().Devices.Channels[i]; alias(c.Alias) == e.ID {
			g.notify(drivers.ChannelChanged{Alias: e.ID, Connected: e.Open})
			if isAgent(c) {
				g.agentChanged(e.Open, vir.ConnectDomainEventAgentLifecycleReasonChannel)
			}
			return
		}
	}
}

func (g *Guest) agentChanged(connected bool, reason vir.ConnectDomainEventAgentLifecycleReason) {
	state := vir.ConnectDomainEventAgentLifecycleStateDisconnected
	if connected {
		state = vir.ConnectDomainEventAgentLifecycleStateConnected
	}
	g.notify(drivers.AgentChanged{State: state, Reason: reason})
}

func isAgent(c *domxml.Chardev) bool {
	return c.Type == "unix" && c.Target != nil && c.Target.Type == "virtio" && c.Target.Name == agentChannel
}

// endpoint is one end of a connection to a screen; VNC calls the port a
// service.
type endpoint struct {
	Host    string `json:"host"`
	Service string `json:"service"`
	Port    string `json:"port"`
	Family  string `json:"family"`
	Auth    string `json:"auth"`
	DName   string `json:"x509_dname"`
	SASL    string `json:"sasl_username"`
}

func (e *endpoint) address() drivers.GraphicsAddress {
	a := drivers.GraphicsAddress{Node: e.Host, Service: e.Service + e.Port}
	switch e.Family {
	case "ipv6":
		a.Family = vir.DomainEventGraphicsAddressIPv6
	case "unix":
		a.Family = vir.DomainEventGraphicsAddressUnix
	}
	return a
}

func graphics(phase vir.DomainEventGraphicsPhase) func(*Guest, json.RawMessage) {
	return with(func(g *Guest, e struct{ Server, Client endpoint }) {
		f := drivers.GraphicsClient{Phase: phase, Local: e.Server.address(), Remote: e.Client.address(), AuthScheme: e.Server.Auth}
		if e.Client.DName != "" {
			f.Identities = append(f.Identities, [2]string{"x509dname", e.Client.DName})
		}
		if e.Client.SASL != "" {
			f.Identities = append(f.Identities, [2]string{"saslUsername", e.Client.SASL})
		}
		g.notify(f)
	})
}

// diskOfNode finds the disk and the image that a node of the block layer is.
func (g *Guest) diskOfNode(node string) (k *domxml.Disk, s *domxml.DiskSource, index uint) {
	d := g.live.Load()
	is := func(n uint) bool {
		name := argv.NodeName(n)
		return n > 0 && (node == name || strings.HasPrefix(node, name+"-"))
	}
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if k.Source == nil {
			continue
		}
		if is(k.Source.Index) {
			return k, k.Source, k.Source.Index
		}
		for b := k.BackingStore; b != nil && b.Source != nil; b = b.Store {
			if is(b.Index) {
				return k, b.Source, b.Index
			}
		}
	}
	return nil, nil, 0
}

// diskOfDevice finds a disk by its alias, or by a place in the device tree
// that has the alias in it.
func (g *Guest) diskOfDevice(id string) *domxml.Disk {
	d := g.live.Load()
	parts := strings.Split(id, "/")
	for i := range d.Devices.Disks {
		name := alias(d.Devices.Disks[i].Alias)
		for _, p := range parts {
			if name != "" && p == name {
				return &d.Devices.Disks[i]
			}
		}
	}
	return nil
}

// sourcePath is how an image is called in events.
func sourcePath(s *domxml.DiskSource) string {
	if s == nil {
		return ""
	}
	for _, p := range []string{s.File, s.Dev, s.Dir, s.Name} {
		if p != "" {
			return p
		}
	}
	return ""
}

func alias(a *domxml.Alias) string {
	if a == nil {
		return ""
	}
	return a.Name
}
