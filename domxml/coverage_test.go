package domxml

import (
	"flag"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
)

var tried = flag.String("tried", "", "a new file for the documents around what of the schemas is lost, for conformance/survey/lost.py")

// patience is how many documents are made for one thing, and a tenth for what
// is known to be dropped.
const patience = 800

type coverage struct {
	// kind is the KIND of facts/KIND-schema.json.
	kind string
	// ways are all that may read and write one; one of them must keep a thing.
	ways []way
}

// tally counts what is kept of one sort of things, and what the reference
// drops as well.
type tally struct {
	what               string
	kept, dropped, all int
}

func (c *tally) percent(n int) float64 {
	if c.all == 0 {
		return 100
	}
	return 100 * float64(n) / float64(c.all)
}

// TestCoverage puts every element, attribute and value that a schema knows
// into small documents and looks whether it is still there when one of these
// has been read and written. All of it has to be, but what the reference was
// asked about and drops or refuses as well: dropped lists that by name.
func TestCoverage(t *testing.T) {
	known := readDropped(t)
	report := newTried(t)
	for _, c := range covered {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			schema := corpus.ReadSchema(t, c.kind)
			p := &prober{ways: c.ways, bases: basesOf(c.kind, schema), works: map[*corpus.SchemaElement]variant{}}
			elements, attributes, values := tally{what: "elements"}, tally{what: "attributes"}, tally{what: "values"}
			usedElements, usedAttributes := tally{what: "elements of the corpus"}, tally{what: "attributes of the corpus"}
			used := func(files int, all, used *tally) []*tally {
				if files > 0 {
					return []*tally{all, used}
				}
				return []*tally{all}
			}
			// One value is enough for an attribute that has no enumeration.
			look := func(e *corpus.SchemaElement, name string, targets []target, tallies ...*tally) {
				d := known.find(c.kind, name)
				if p.patience = patience; d != nil && report == nil {
					p.patience = patience / 10
				}
				ok, tried := false, []string(nil)
				for _, g := range targets {
					ok = ok || p.holds(e, g)
					tried = append(tried, p.tried...)
				}
				switch {
				case !ok && d == nil:
					t.Errorf("%s is lost", name)
				case ok && d != nil:
					t.Errorf("%s is kept, which the reference drops", name)
				}
				if !ok {
					report.add(t, c.kind, name, e.Path, targets[0].want, tried)
				}
				for _, y := range tallies {
					y.all++
					if ok {
						y.kept++
					} else if d != nil {
						y.dropped++
					}
				}
			}
			for _, e := range schema.Paths {
				g := target{}
				if e.Text != nil {
					g.want = "="
				}
				look(e, e.Path, []target{g}, used(e.Files, &elements, &usedElements)...)
				if e.Text != nil {
					for _, v := range e.Text.Enum {
						look(e, e.Path+"="+v, []target{{want: "=" + v, text: v}}, &values)
					}
				}
				for i := range e.Attributes {
					a := &e.Attributes[i]
					name, any := e.Path+"/@"+a.Name, []target(nil)
					for _, v := range samples(e, a) {
						g := target{attr: a.Name, value: v, want: "@" + a.Name}
						any = append(any, g)
						if a.Enum != nil {
							g.want += "=" + v
							look(e, name+"="+v, []target{g}, &values)
						}
					}
					look(e, name, any, used(a.Files, &attributes, &usedAttributes)...)
				}
			}
			for _, y := range []*tally{&elements, &attributes, &values, &usedElements, &usedAttributes} {
				t.Logf("%-24s %4d of %4d kept, %5.1f %%; the reference drops %d", y.what, y.kept, y.all, y.percent(y.kept), y.dropped)
			}
		})
	}
	t.Cleanup(func() { known.unused(t) })
}

// samples are values of an attribute, the one known to be needed first.
func samples(e *corpus.SchemaElement, a *corpus.SchemaAttribute) []string {
	if a.Enum == nil {
		for _, h := range always[e.Path] {
			if v, ok := strings.CutPrefix(h, "@"+a.Name+"="); ok {
				return append([]string{v}, a.Samples()...)
			}
		}
	}
	if a.Name == "uuid" && a.Enum == nil {
		return append(a.Samples(), "11111111-2222-3333-4444-555555555555")
	}
	return a.Samples()
}
