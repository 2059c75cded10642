package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Bindings (virNWFilterBinding...): a filter at work at a port of the host.

func bindNWFilterBindings(b *binder) {
	needing[drivers.PacketFilter](onConn(b, remoteproto.ConnectListAllNWFilterBindings, connectListAllNWFilterBindings).quick().
		as("nwfilterConnectListAllNWFilterBindings"))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterBindingLookupByPortDev, nwFilterBindingLookupByPortDev).quick())
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterBindingGetXMLDesc, nwFilterBindingGetXMLDesc).as("nwfilterBindingGetXMLDesc"))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterBindingCreateXML, nwFilterBindingCreateXML).
		as("nwfilterBindingCreateXML").knows(uint32(vir.NWFilterBindingCreateValidate)))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterBindingDelete, nwFilterBindingDelete))
}

// nwFilterBinding is one binding; it never changes.
type nwFilterBinding struct {
	doc *domxml.NWFilterBinding
}

func (b *nwFilterBinding) ref() remoteproto.NWFilterBinding {
	return remoteproto.NWFilterBinding{Portdev: b.doc.PortDev.Name, Filtername: b.doc.FilterRef.Filter}
}

func (h *Host) nwFilterBinding(port string) (*nwFilterBinding, error) {
	if b := h.bindings.find(func(b *nwFilterBinding) bool { return b.doc.PortDev.Name == port }); b != nil {
		return b, nil
	}
	return nil, vir.Errorf(vir.FromNWFilter, vir.ErrNoNWFilterBinding, "no nwfilter binding for port dev '%s'", port)
}

func connectListAllNWFilterBindings(c *call, a *remoteproto.ConnectListAllNWFilterBindingsArgs) (*remoteproto.ConnectListAllNWFilterBindingsRet, error) {
	list, n, err := listAll(c.host.bindings, a.NeedResults, remoteproto.NWFilterBindingListMax, "network filter bindings", anyOf, (*nwFilterBinding).ref)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectListAllNWFilterBindingsRet{Bindings: list, Ret: n}, nil
}

func nwFilterBindingLookupByPortDev(c *call, a *remoteproto.NWFilterBindingLookupByPortDevArgs) (*remoteproto.NWFilterBindingLookupByPortDevRet, error) {
	b, err := c.host.nwFilterBinding(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NWFilterBindingLookupByPortDevRet{NWFilter: b.ref()}, nil
}

func nwFilterBindingGetXMLDesc(c *call, a *remoteproto.NWFilterBindingGetXMLDescArgs) (*remoteproto.NWFilterBindingGetXMLDescRet, error) {
	b, err := c.host.nwFilterBinding(a.NWFilter.Portdev)
	if err != nil {
		return nil, err
	}
	text, err := domxml.FormatNWFilterBinding(b.doc, 0)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NWFilterBindingGetXMLDescRet{XML: string(text)}, nil
}

// nwFilterBindingCreateXML puts a filter to work.
func nwFilterBindingCreateXML(c *call, a *remoteproto.NWFilterBindingCreateXMLArgs) (*remoteproto.NWFilterBindingCreateXMLRet, error) {
	if a.Flags&uint32(vir.NWFilterBindingCreateValidate) != 0 {
		if err := domxml.ValidateNWFilterBindingSchema([]byte(a.XML)); err != nil {
			return nil, err
		}
	}
	doc, err := domxml.ParseNWFilterBinding([]byte(a.XML))
	if err != nil {
		return nil, err
	}
	doc.Complete()
	h := c.host
	done, err := h.filters.lock(c, "virNWFilterBindingCreateXML")
	if err != nil {
		return nil, err
	}
	defer done()
	if b, _ := h.nwFilterBinding(doc.PortDev.Name); b != nil {
		return nil, vir.Errorf(vir.FromNWFilter, vir.ErrOperationFailed, "binding '%s' already exists", doc.PortDev.Name)
	}
	if err := h.instantiate(c, doc, h.filterDoc); err != nil {
		return nil, err
	}
	if err := h.keepBinding(c, doc); err != nil {
		_ = h.backend.(drivers.PacketFilter).UnbindFilter(c, doc)
		return nil, err
	}
	b := &nwFilterBinding{doc: doc}
	h.bindings.put(nil, b)
	return &remoteproto.NWFilterBindingCreateXMLRet{NWFilter: b.ref()}, nil
}

func nwFilterBindingDelete(c *call, a *remoteproto.NWFilterBindingDeleteArgs) (*proc.Void, error) {
	h := c.host
	done, err := h.filters.lock(c, "virNWFilterBindingDelete")
	if err != nil {
		return nil, err
	}
	defer done()
	b, err := h.nwFilterBinding(a.NWFilter.Portdev)
	if err != nil {
		return nil, err
	}
	if h.keeper != nil {
		if err := h.keeper.Forget(c, drivers.KindNWFilterBinding, "", b.doc.PortDev.Name); err != nil {
			return nil, err
		}
	}
	if err := h.backend.(drivers.PacketFilter).UnbindFilter(c, b.doc); err != nil {
		_ = h.keepBinding(c, b.doc)
		return nil, err
	}
	h.bindings.remove(b)
	return nil, nil
}

// keepBinding keeps the document of a binding.
func (h *Host) keepBinding(ctx context.Context, doc *domxml.NWFilterBinding) error {
	if h.keeper == nil {
		return nil
	}
	text, err := domxml.FormatNWFilterBinding(doc, domxml.FormatStored)
	if err != nil {
		return err
	}
	return h.keeper.Keep(ctx, drivers.Kept{Kind: drivers.KindNWFilterBinding, Name: doc.PortDev.Name, Document: text})
}

// rebind gives all bindings that use a filter what look finds now.
func (h *Host) rebind(c *call, filter string, look func(string) *domxml.NWFilter) error {
	for _, b := range h.bindings.all() {
		if uses(b.doc.FilterRef.Filter, filter, look) {
			if err := h.instantiate(c, b.doc, look); err != nil {
				return err
			}
		}
	}
	return nil
}

// learned are variables that a port finds out by itself.
var learned = []string{"IP"}

// instantiate collects the filters that a binding needs, wants a value for
// each of their variables, and passes them on.
func (h *Host) instantiate(c context.Context, b *domxml.NWFilterBinding, look func(string) *domxml.NWFilter) error {
	var filters []*domxml.NWFilter
	var missing []string
	var visit func(ref *domxml.FilterRef, known []string) error
	visit = func(ref *domxml.FilterRef, known []string) error {
		f := look(ref.Filter)
		if f == nil {
			return vir.Errorf(vir.FromNWFilter, vir.ErrInternalError, "referenced filter '%s' is missing", ref.Filter)
		}
		if len(filters) >= remoteproto.NWFilterListMax {
			return vir.Errorf(vir.FromNWFilter, vir.ErrInternalError, "filter '%s' has too many others in it", b.FilterRef.Filter)
		}
		filters = append(filters, f)
		known = slices.Clone(known)
		for _, p := range ref.Parameters {
			known = append(known, p.Name)
		}
		for _, e := range f.Entries {
			if e.Filter != nil {
				if err := visit(e.Filter, known); err != nil {
					return err
				}
				continue
			}
			for _, v := range e.Rule.Variables() {
				if !slices.Contains(known, v) && !slices.Contains(learned, v) && !slices.Contains(missing, v) {
					missing = append(missing, v)
				}
			}
		}
		return nil
	}
	if err := visit(&b.FilterRef, nil); err != nil {
		return err
	}
	if len(missing) > 0 {
		return vir.Errorf(vir.FromNWFilter, vir.ErrInternalError,
			"Cannot instantiate filter due to unresolvable variables or unavailable list elements: %s", strings.Join(missing, ", "))
	}
	return h.backend.(drivers.PacketFilter).BindFilter(c, b, filters)
}
