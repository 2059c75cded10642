package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Network filters (virNWFilter...). A filter may have others in it, which need
// not be there before it is used; who uses it are the bindings
// (nwfilter_binding.go). The reference's test driver has none; ours behave as
// those of its daemon do elsewhere.

func bindNWFilters(b *binder) {
	needing[drivers.PacketFilter](onConn(b, remoteproto.ConnectNumOfNWFilters, func(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfNWFiltersRet, error) {
		return &remoteproto.ConnectNumOfNWFiltersRet{Num: countIn(c.host.filters, anyOf)}, nil
	}).quick())
	needing[drivers.PacketFilter](onConn(b, remoteproto.ConnectListNWFilters, func(c *call, a *remoteproto.ConnectListNWFiltersArgs) (*remoteproto.ConnectListNWFiltersRet, error) {
		return &remoteproto.ConnectListNWFiltersRet{Names: names(c.host.filters, a.Maxnames, anyOf, (*nwFilter).name)}, nil
	}).quick().wire(func(a *remoteproto.ConnectListNWFiltersArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.NWFilterListMax, "REMOTE_NWFILTER_LIST_MAX")
	}))
	needing[drivers.PacketFilter](onConn(b, remoteproto.ConnectListAllNWFilters, connectListAllNWFilters).quick().as("nwfilterConnectListAllNWFilters"))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterLookupByName, nwFilterLookupByName).quick())
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterLookupByUUID, nwFilterLookupByUUID).quick())
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterGetXMLDesc, nwFilterGetXMLDesc).as("nwfilterGetXMLDesc"))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterDefineXML, func(c *call, a *remoteproto.NWFilterDefineXMLArgs) (*remoteproto.NWFilterDefineXMLRet, error) {
		f, err := c.host.defineNWFilter(c, a.XML, 0)
		if err != nil {
			return nil, err
		}
		return &remoteproto.NWFilterDefineXMLRet{NWFilter: f.ref()}, nil
	}))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterDefineXMLFlags, func(c *call, a *remoteproto.NWFilterDefineXMLFlagsArgs) (*remoteproto.NWFilterDefineXMLFlagsRet, error) {
		f, err := c.host.defineNWFilter(c, a.XML, a.Flags)
		if err != nil {
			return nil, err
		}
		return &remoteproto.NWFilterDefineXMLFlagsRet{NWFilter: f.ref()}, nil
	}).as("nwfilterDefineXMLFlags").knows(uint32(vir.NWFilterDefineValidate)))
	needing[drivers.PacketFilter](onConn(b, remoteproto.NWFilterUndefine, nwFilterUndefine))
}

// nwFilter is one filter at one moment; it never changes.
type nwFilter struct {
	doc *domxml.NWFilter
}

func (f *nwFilter) name() string { return f.doc.Name }

func (f *nwFilter) ref() remoteproto.NWFilter {
	return remoteproto.NWFilter{Name: f.name(), UUID: remoteproto.UUID(f.doc.UUID)}
}

// filterNamed is the filter of that name, or nil.
func (h *Host) filterNamed(name string) *nwFilter {
	return h.filters.find(func(f *nwFilter) bool { return f.name() == name })
}

// filterOf finds a filter by its identifier.
func (h *Host) filterOf(id domxml.UUID) (*nwFilter, error) {
	if f := h.filters.find(func(f *nwFilter) bool { return f.doc.UUID == id }); f != nil {
		return f, nil
	}
	return nil, vir.Errorf(vir.FromNWFilter, vir.ErrNoNWFilter, "no nwfilter with matching uuid '%s'", id)
}

func connectListAllNWFilters(c *call, a *remoteproto.ConnectListAllNWFiltersArgs) (*remoteproto.ConnectListAllNWFiltersRet, error) {
	list, n, err := listAll(c.host.filters, a.NeedResults, remoteproto.NWFilterListMax, "network filters", anyOf, (*nwFilter).ref)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectListAllNWFiltersRet{Filters: list, Ret: n}, nil
}

func nwFilterLookupByName(c *call, a *remoteproto.NWFilterLookupByNameArgs) (*remoteproto.NWFilterLookupByNameRet, error) {
	f := c.host.filterNamed(a.Name)
	if f == nil {
		return nil, vir.Errorf(vir.FromNWFilter, vir.ErrNoNWFilter, "no nwfilter with matching name '%s'", a.Name)
	}
	return &remoteproto.NWFilterLookupByNameRet{NWFilter: f.ref()}, nil
}

func nwFilterLookupByUUID(c *call, a *remoteproto.NWFilterLookupByUUIDArgs) (*remoteproto.NWFilterLookupByUUIDRet, error) {
	f, err := c.host.filterOf(domxml.UUID(a.UUID))
	if err != nil {
		return nil, err
	}
	return &remoteproto.NWFilterLookupByUUIDRet{NWFilter: f.ref()}, nil
}

func nwFilterGetXMLDesc(c *call, a *remoteproto.NWFilterGetXMLDescArgs) (*remoteproto.NWFilterGetXMLDescRet, error) {
	f, err := c.host.filterOf(domxml.UUID(a.NWFilter.UUID))
	if err != nil {
		return nil, err
	}
	text, err := domxml.FormatNWFilter(f.doc, 0)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NWFilterGetXMLDescRet{XML: string(text)}, nil
}

// defineNWFilter adds a filter or replaces one with the same name and
// identifier; the bindings that use it get the new one.
func (h *Host) defineNWFilter(c *call, doc string, flags uint32) (*nwFilter, error) {
	if flags&uint32(vir.NWFilterDefineValidate) != 0 {
		if err := domxml.ValidateNWFilterSchema([]byte(doc)); err != nil {
			return nil, err
		}
	}
	tree, err := domxml.ParseNWFilter([]byte(doc))
	if err != nil {
		return nil, err
	}
	tree.Generate(h.random)
	done, err := h.filters.lock(c, "virNWFilterDefineXML")
	if err != nil {
		return nil, err
	}
	defer done()
	f := &nwFilter{doc: tree}
	old, _ := h.filterOf(tree.UUID)
	switch {
	case old != nil && old.name() != tree.Name:
		return nil, vir.Errorf(vir.FromNWFilter, vir.ErrOperationFailed, "filter with same UUID but different name ('%s') already exists", old.name())
	case old == nil && h.filterNamed(tree.Name) != nil:
		return nil, vir.Errorf(vir.FromNWFilter, vir.ErrOperationFailed, "filter '%s' already exists with uuid %s", tree.Name, h.filterNamed(tree.Name).doc.UUID)
	}
	look := func(name string) *domxml.NWFilter {
		if name == tree.Name {
			return tree
		}
		return h.filterDoc(name)
	}
	if loops(tree, look) {
		return nil, vir.Errorf(vir.FromNWFilter, vir.ErrOperationFailed, "filter would introduce a loop")
	}
	if old != nil {
		if err := h.rebind(c, tree.Name, look); err != nil {
			return nil, err
		}
	}
	if err := h.keepFilter(c, tree); err != nil {
		if old != nil {
			_ = h.rebind(c, tree.Name, h.filterDoc)
		}
		return nil, err
	}
	h.filters.put(old, f)
	return f, nil
}

// keepFilter keeps the document of a filter.
func (h *Host) keepFilter(ctx context.Context, doc *domxml.NWFilter) error {
	if h.keeper == nil {
		return nil
	}
	text, err := domxml.FormatNWFilter(doc, domxml.FormatStored)
	if err != nil {
		return err
	}
	return h.keeper.Keep(ctx, drivers.Kept{Kind: drivers.KindNWFilter, Name: doc.Name, Document: text})
}

// filterDoc is the document of the filter of that name, or nil.
func (h *Host) filterDoc(name string) *domxml.NWFilter {
	if f := h.filterNamed(name); f != nil {
		return f.doc
	}
	return nil
}

// loops says whether a filter has itself in it, at whatever depth.
func loops(f *domxml.NWFilter, look func(string) *domxml.NWFilter) bool {
	seen := map[string]bool{}
	var reaches func(g *domxml.NWFilter) bool
	reaches = func(g *domxml.NWFilter) bool {
		for _, name := range g.Filters() {
			if name == f.Name {
				return true
			}
			if next := look(name); next != nil && !seen[name] {
				seen[name] = true
				if reaches(next) {
					return true
				}
			}
		}
		return false
	}
	return reaches(f)
}

func nwFilterUndefine(c *call, a *remoteproto.NWFilterUndefineArgs) (*proc.Void, error) {
	h := c.host
	done, err := h.filters.lock(c, "virNWFilterUndefine")
	if err != nil {
		return nil, err
	}
	defer done()
	f, err := h.filterOf(domxml.UUID(a.NWFilter.UUID))
	if err != nil {
		return nil, err
	}
	for _, b := range h.bindings.all() {
		if uses(b.doc.FilterRef.Filter, f.name(), h.filterDoc) {
			return nil, vir.Errorf(vir.FromNWFilter, vir.ErrOperationInvalid, "nwfilter is in use")
		}
	}
	if h.keeper != nil {
		if err := h.keeper.Forget(c, drivers.KindNWFilter, "", f.name()); err != nil {
			return nil, err
		}
	}
	h.filters.remove(f)
	return nil, nil
}

// uses says whether a filter is the other one or has it in it.
func uses(name, other string, look func(string) *domxml.NWFilter) bool {
	if name == other {
		return true
	}
	f := look(name)
	return f != nil && loops(&domxml.NWFilter{Name: other, Entries: f.Entries}, look)
}
