package check

// cycles numbers the types whose values can hold values of the same type
// (Tarjan's strongly connected components). Encoders and decoders of such
// types count how deep they are.
func (c *checker) cycles() {
	w := &cycleWalk{pkg: c.pkg, index: map[*Type]int{}, low: map[*Type]int{}, open: map[*Type]bool{}}
	for _, t := range c.types() {
		if w.index[t] == 0 {
			w.visit(t)
		}
	}
}

type cycleWalk struct {
	pkg    *Package
	index  map[*Type]int // order of the first visit, from 1
	low    map[*Type]int
	open   map[*Type]bool
	stack  []*Type
	cycles int
}

// visit recurses along references; the number of types bounds it, and a file
// of the largest size allowed declares few enough for Go's stack.
func (w *cycleWalk) visit(t *Type) {
	n := len(w.index) + 1
	w.index[t], w.low[t] = n, n
	w.stack = append(w.stack, t)
	w.open[t] = true
	self := false
	for _, f := range t.references() {
		switch u := f.Ref; {
		case u == nil || u.Package != w.pkg:
		case w.index[u] == 0:
			w.visit(u)
			w.low[t] = min(w.low[t], w.low[u])
		case w.open[u]:
			self = self || u == t
			w.low[t] = min(w.low[t], w.index[u])
		}
	}
	if w.low[t] != n {
		return
	}
	i := len(w.stack) - 1
	for w.stack[i] != t {
		i--
	}
	found := w.stack[i:]
	if self || len(found) > 1 {
		w.cycles++
	}
	for _, u := range found {
		w.open[u] = false
		if self || len(found) > 1 {
			u.Cycle = w.cycles
		}
	}
	w.stack = w.stack[:i]
}

// references lists the fields through which a type uses others.
func (t *Type) references() []*Field {
	switch t.Form {
	case Struct:
		return t.Fields
	case Typedef:
		return []*Field{t.Alias}
	case UnionForm:
		return t.Union.Fields()
	}
	return nil
}
