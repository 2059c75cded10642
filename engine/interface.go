package engine

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Network interfaces of the host (virInterface...). Each has a document, which
// may be defined again at any time, and is up or down.

func bindInterfaces(b *binder) {
	const bound = "REMOTE_INTERFACE_LIST_MAX"
	inactive := func(i *hostInterface) bool { return !i.active && !i.hidden }
	active := func(i *hostInterface) bool { return i.active && !i.hidden }

	onInterfaces(b, remoteproto.ConnectNumOfInterfaces, func(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfInterfacesRet, error) {
		return &remoteproto.ConnectNumOfInterfacesRet{Num: countIn(c.host.interfaces.registry, active)}, nil
	})
	onInterfaces(b, remoteproto.ConnectListInterfaces, func(c *call, a *remoteproto.ConnectListInterfacesArgs) (*remoteproto.ConnectListInterfacesRet, error) {
		return &remoteproto.ConnectListInterfacesRet{Names: names(c.host.interfaces.registry, a.Maxnames, active, (*hostInterface).name)}, nil
	}).wire(func(a *remoteproto.ConnectListInterfacesArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.InterfaceListMax, bound)
	})
	onInterfaces(b, remoteproto.ConnectNumOfDefinedInterfaces, func(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfDefinedInterfacesRet, error) {
		return &remoteproto.ConnectNumOfDefinedInterfacesRet{Num: countIn(c.host.interfaces.registry, inactive)}, nil
	})
	onInterfaces(b, remoteproto.ConnectListDefinedInterfaces, func(c *call, a *remoteproto.ConnectListDefinedInterfacesArgs) (*remoteproto.ConnectListDefinedInterfacesRet, error) {
		return &remoteproto.ConnectListDefinedInterfacesRet{Names: names(c.host.interfaces.registry, a.Maxnames, inactive, (*hostInterface).name)}, nil
	}).wire(func(a *remoteproto.ConnectListDefinedInterfacesArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.InterfaceListMax, bound)
	})
	onInterfaces(b, remoteproto.ConnectListAllInterfaces, connectListAllInterfaces)
	onInterfaces(b, remoteproto.InterfaceLookupByName, interfaceLookupByName)
	onInterfaces(b, remoteproto.InterfaceLookupByMACString, interfaceLookupByMACString)
	onInterfaces(b, remoteproto.InterfaceGetXMLDesc, interfaceGetXMLDesc)
	onInterfaces(b, remoteproto.InterfaceIsActive, interfaceIsActive)
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceDefineXML, interfaceDefineXML).knows(uint32(vir.InterfaceDefineValidate)))
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceUndefine, interfaceUndefine))
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceCreate, func(c *call, a *remoteproto.InterfaceCreateArgs) (*proc.Void, error) {
		return nil, c.host.switchInterface(c, a.Iface.Name, true)
	}))
	needing[drivers.InterfaceSwitcher](onConn(b, remoteproto.InterfaceDestroy, func(c *call, a *remoteproto.InterfaceDestroyArgs) (*proc.Void, error) {
		return nil, c.host.switchInterface(c, a.Iface.Name, false)
	}))
	bindInterfaceChange(b)
}

// hostInterface is one interface at one moment; it never changes.
type hostInterface struct {
	doc    *domxml.HostInterface
	text   string // of doc
	active bool
	// hidden ones are found by name and in no list.
	hidden  bool
	address string // where the document has none
}

func newHostInterface(doc *domxml.HostInterface) (*hostInterface, error) {
	text, err := domxml.FormatHostInterface(doc, 0)
	return &hostInterface{doc: doc, text: string(text)}, err
}

func (i *hostInterface) name() string { return i.doc.Name }

func (i *hostInterface) mac() string {
	if i.address != "" {
		return i.address
	}
	if i.doc.MAC == nil {
		return ""
	}
	return i.doc.MAC.Address
}

func (i *hostInterface) ref() remoteproto.Interface {
	return remoteproto.Interface{Name: i.name(), MAC: i.mac()}
}

// hostInterfaces are the interfaces of a host, and how they were when changes
// began (interface_change.go).
type hostInterfaces struct {
	*registry[hostInterface]
	changing bool
	before   []*hostInterface
}

// named is the interface of that name, or nil.
func (s *hostInterfaces) named(name string) *hostInterface {
	return s.find(func(i *hostInterface) bool { return i.name() == name })
}

func (h *Host) hostInterface(name string) (*hostInterface, error) {
	if i := h.interfaces.named(name); i != nil {
		return i, nil
	}
	return nil, h.errNoInterfaceNamed(name)
}

func connectListAllInterfaces(c *call, a *remoteproto.ConnectListAllInterfacesArgs) (*remoteproto.ConnectListAllInterfacesRet, error) {
	list, n, err := listAll(c.host.interfaces.registry, a.NeedResults, remoteproto.InterfaceListMax, "interfaces", func(i *hostInterface) bool {
		return !i.hidden && choice(a.Flags, uint32(vir.ConnectListInterfacesActive), uint32(vir.ConnectListInterfacesInactive), i.active)
	}, (*hostInterface).ref)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectListAllInterfacesRet{Ifaces: list, Ret: n}, nil
}

func interfaceLookupByName(c *call, a *remoteproto.InterfaceLookupByNameArgs) (*remoteproto.InterfaceLookupByNameRet, error) {
	i, err := c.host.hostInterface(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.InterfaceLookupByNameRet{Iface: i.ref()}, nil
}

// interfaceLookupByMACString finds the one interface with an address, and
// answers with the address as the caller has written it. In the
// reference those without an address have every address.
func interfaceLookupByMACString(c *call, a *remoteproto.InterfaceLookupByMACStringArgs) (*remoteproto.InterfaceLookupByMACStringRet, error) {
	var found *hostInterface
	for _, i := range c.host.interfaces.all() {
		if (i.mac() != "" || c.host.hasDriver(vir.FromInterface)) && !strings.EqualFold(i.mac(), a.MAC) {
			continue
		}
		if found != nil {
			return nil, vir.NewError(c.host.personality.ErrorDomain(), vir.ErrMultipleInterfaces)
		}
		found = i
	}
	if found == nil {
		return nil, c.host.errNoInterfaceWith(a.MAC)
	}
	return &remoteproto.InterfaceLookupByMACStringRet{Iface: remoteproto.Interface{Name: found.name(), MAC: a.MAC}}, nil
}

func interfaceGetXMLDesc(c *call, a *remoteproto.InterfaceGetXMLDescArgs) (*remoteproto.InterfaceGetXMLDescRet, error) {
	i, err := c.host.hostInterface(a.Iface.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.InterfaceGetXMLDescRet{XML: i.text}, nil
}

func interfaceIsActive(c *call, a *remoteproto.InterfaceIsActiveArgs) (*remoteproto.InterfaceIsActiveRet, error) {
	i, err := c.host.hostInterface(a.Iface.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.InterfaceIsActiveRet{Active: boolInt(i.active)}, nil
}

// interfaceDefineXML adds an interface, or gives one that may be up another
// document.
func interfaceDefineXML(c *call, a *remoteproto.InterfaceDefineXMLArgs) (*remoteproto.InterfaceDefineXMLRet, error) {
	if a.Flags&uint32(vir.InterfaceDefineValidate) != 0 {
		if err := domxml.ValidateHostInterfaceSchema([]byte(a.XML)); err != nil {
			return nil, err
		}
	}
	doc, err := domxml.ParseHostInterface([]byte(a.XML))
	if err != nil {
		return nil, err
	}
	i, err := newHostInterface(doc)
	if err != nil {
		return nil, err
	}
	s := c.host.interfaces
	done, err := s.lock(c, "virInterfaceDefineXML")
	if err != nil {
		return nil, err
	}
	defer done()
	old := s.named(doc.Name)
	i.active = old != nil && old.active
	s.put(old, i)
	return &remoteproto.InterfaceDefineXMLRet{Iface: i.ref()}, nil
}

// interfaceUndefine forgets an interface, also one that is up.
func interfaceUndefine(c *call, a *remoteproto.InterfaceUndefineArgs) (*proc.Void, error) {
	s := c.host.interfaces
	done, err := s.lock(c, "virInterfaceUndefine")
	if err != nil {
		return nil, err
	}
	defer done()
	i, err := c.host.hostInterface(a.Iface.Name)
	if err != nil {
		return nil, err
	}
	s.remove(i)
	return nil, nil
}

// switchInterface brings an interface up or down; where it is so already, the
// reference has no words for it.
func (h *Host) switchInterface(c *call, name string, up bool) error {
	done, err := h.interfaces.lock(c, "virInterfaceCreate")
	if err != nil {
		return err
	}
	defer done()
	i, err := h.hostInterface(name)
	if err != nil {
		return err
	}
	if i.active == up {
		return vir.NewError(h.personality.ErrorDomain(), vir.ErrOperationInvalid)
	}
	sw := h.backend.(drivers.InterfaceSwitcher)
	if up {
		err = sw.StartInterface(c, i.doc)
	} else {
		err = sw.StopInterface(c, i.doc)
	}
	if err != nil {
		return err
	}
	next := *i
	next.active = up
	h.interfaces.put(i, &next)
	return nil
}
