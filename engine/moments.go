package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// moments are the snapshots or the checkpoints of a domain: named documents
// that form trees, at most one of them current. A value never changes, the
// verbs make another; nil is none at all.
type moments[D any] struct {
	byName map[string]*moment[D]
	// children are names by that of the parent, "" for the roots; what was put
	// in its place last comes first.
	children map[string][]string
	current  string // "" for none
}

// moment is one of them.
type moment[D any] struct {
	name, parent string
	doc          D
}

func (ms *moments[D]) len() int {
	if ms == nil {
		return 0
	}
	return len(ms.byName)
}

func (ms *moments[D]) get(name string) *moment[D] {
	if ms == nil {
		return nil
	}
	return ms.byName[name]
}

func (ms *moments[D]) isCurrent(m *moment[D]) bool { return ms != nil && ms.current == m.name }

// now is the current one, or nil.
func (ms *moments[D]) now() *moment[D] {
	if ms == nil {
		return nil
	}
	return ms.byName[ms.current]
}

// clone is a copy to be changed before anybody sees it.
func (ms *moments[D]) clone() *moments[D] {
	if ms == nil {
		return &moments[D]{byName: map[string]*moment[D]{}, children: map[string][]string{}}
	}
	return &moments[D]{byName: maps.Clone(ms.byName), children: maps.Clone(ms.children), current: ms.current}
}

// link puts a moment in front of its siblings.
func (ms *moments[D]) link(m *moment[D]) {
	ms.byName[m.name] = m
	ms.children[m.parent] = append([]string{m.name}, ms.children[m.parent]...)
}

// unlink takes a moment away from its siblings.
func (ms *moments[D]) unlink(m *moment[D]) {
	i := slices.Index(ms.children[m.parent], m.name)
	ms.children[m.parent] = slices.Delete(slices.Clone(ms.children[m.parent]), i, i+1)
	delete(ms.byName, m.name)
}

// with has a moment more, or instead of the one of that name, whose children
// stay its own.
func (ms *moments[D]) with(m *moment[D], current bool) *moments[D] {
	out := ms.clone()
	if old := out.byName[m.name]; old != nil {
		out.unlink(old)
	}
	out.link(m)
	if current {
		out.current = m.name
	}
	return out
}

// turned has another current one.
func (ms *moments[D]) turned(name string) *moments[D] {
	out := ms.clone()
	out.current = name
	return out
}

// removal says what goes with a moment.
type removal uint8

const (
	removeOne      removal = iota // its children become its parent's
	removeTree                    // with all descendants
	removeChildren                // the descendants only
)

// victims are the moments that a removal takes, children before parents.
func (ms *moments[D]) victims(m *moment[D], how removal) []*moment[D] {
	if how == removeOne {
		return []*moment[D]{m}
	}
	out := ms.walk(m.name, true)
	slices.Reverse(out)
	if how == removeTree {
		out = append(out, m)
	}
	return out
}

// without is what a removal leaves. If the current one goes, what is left of
// its line is current.
func (ms *moments[D]) without(m *moment[D], how removal) *moments[D] {
	out := ms.clone()
	gone := out.victims(m, how)
	for _, v := range gone {
		out.unlink(v)
		if how != removeOne {
			delete(out.children, v.name)
		}
		if out.current == v.name {
			out.current = m.parent
			if how == removeChildren {
				out.current = m.name
			}
		}
	}
	if how == removeOne {
		orphans := out.children[m.name]
		delete(out.children, m.name)
		for _, name := range orphans {
			o := *out.byName[name]
			o.parent = m.parent
			out.byName[name] = &o
		}
		out.children[m.parent] = append(slices.Clone(orphans), out.children[m.parent]...)
	}
	return out
}

// walk gives the children of a moment, or the roots for "", each followed by
// its descendants if deep.
func (ms *moments[D]) walk(parent string, deep bool) (out []*moment[D]) {
	if ms == nil {
		return nil
	}
	var visit func(parent string)
	visit = func(parent string) {
		for _, name := range ms.children[parent] {
			out = append(out, ms.byName[name])
			if deep {
				visit(name)
			}
		}
	}
	visit(parent)
	return out
}

// leaf says that a moment has no children.
func (ms *moments[D]) leaf(m *moment[D]) bool { return len(ms.children[m.name]) == 0 }

// checkParent refuses a place in the trees that would not be one.
func (ms *moments[D]) checkParent(name, parent string) error {
	refuse := func(format string, args ...any) error {
		return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, format, args...)
	}
	switch {
	case parent == "":
		return nil
	case parent == name:
		return refuse("cannot set moment %s as its own parent", name)
	case ms.get(parent) == nil:
		return refuse("parent %s for moment %s not found", parent, name)
	}
	for m := ms.get(parent); m != nil; m = ms.get(m.parent) {
		if m.parent == name {
			return refuse("parent %s would create cycle to %s", m.name, name)
		}
	}
	return nil
}

// checkNew refuses a name that there is.
func (ms *moments[D]) checkNew(name string) error {
	if ms.get(name) != nil {
		return vir.Errorf(vir.FromDomain, vir.ErrOperationFailed, "domain moment %s already exists", name)
	}
	return nil
}

// checkCount keeps the lists within what the protocol can say.
func (ms *moments[D]) checkCount(limit int) error {
	if ms.len() >= limit {
		return vir.Errorf(vir.FromDomain, vir.ErrOperationFailed, "domain has %d moments already", limit)
	}
	return nil
}

// inconsistencies are contradictions within the trees.
func (ms *moments[D]) inconsistencies() (bad []string) {
	if ms == nil {
		return nil
	}
	if ms.current != "" && ms.byName[ms.current] == nil {
		bad = append(bad, fmt.Sprintf("moment %s is current and gone", ms.current))
	}
	if n := len(ms.walk("", true)); n != len(ms.byName) {
		bad = append(bad, fmt.Sprintf("%d moments, and %d in the trees", len(ms.byName), n))
	}
	for parent, names := range ms.children {
		for _, name := range names {
			if m := ms.byName[name]; m == nil || m.parent != parent {
				bad = append(bad, fmt.Sprintf("moment %s is no child of %s", name, parent))
			}
		}
	}
	return bad
}
