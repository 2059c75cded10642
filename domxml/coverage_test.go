package domxml

import (
	"flag"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
)

var missing = flag.String("missing", "", "print what of the schema is lost whose path contains this; all for everything")

// dropped is what libvirt 11.3.0 knows in its schema and drops when it reads
// it, as a running daemon was seen to do: rightly lost, so it counts as kept,
// and it is a mistake to keep it.
var dropped = []string{
	"/domain/devices/console/target/model",
	"/domain/devices/parallel/target/@type",
	"/domain/devices/smartcard/target",
	"/domain/devices/hostdev/source/adapter/parentaddr",
	"/domain/devices/hostdev/source/adapter/@managed",
	"/domain/devices/hostdev/source/adapter/@parent",
	"/domain/devices/hostdev/source/adapter/@type",
	"/domain/devices/hostdev/source/adapter/@wwnn",
	"/domain/devices/hostdev/source/adapter/@wwpn",
	"/domain/devices/hostdev/source/address/@multifunction",
	"/domain/devices/interface/source/address/@multifunction",
	"/domain/devices/disk/source/address/@multifunction",
	"/domain/devices/disk/backingStore/source/address/@multifunction",
	"/domain/devices/disk/mirror/source/address/@multifunction",
	"/domain/devices/disk/mirror/backingStore/source/address/@multifunction",
	"/domain/os/nvram/source/address/@multifunction",
	"/domain/launchSecurity/handle",
	// Refused, rather.
	"/network/bandwidth/@classID",
	"/network/bandwidth/inbound/@floor",
	"/network/bandwidth/outbound/@floor",
	"/network/portgroup/bandwidth/@classID",
	"/network/portgroup/bandwidth/inbound/@floor",
	"/network/portgroup/bandwidth/outbound/@floor",
	"/network/forward/address/@multifunction",
	"/networkport/bandwidth/outbound/@floor",
	"/networkport/plug/address/@multifunction",
}

// isDropped says whether a name is in that list, or in something that is.
func isDropped(name string) bool {
	return slices.ContainsFunc(dropped, func(d string) bool {
		rest, ok := strings.CutPrefix(name, d)
		return ok && (rest == "" || rest[0] == '/' || rest[0] == '_' || rest[0] == '=')
	})
}

type coverage struct {
	// kind is the KIND of facts/KIND-schema.json.
	kind string
	// ways are all that may read and write one; one of them must keep a thing.
	ways []way
	// The lowest percentages of elements, attributes and values of
	// enumerations. Of what occurs in the corpus nothing may be lost.
	elements, attributes, values float64
}

// tally counts what was kept.
type tally struct {
	kept, all int
	lost      []string
}

func (c *tally) add(ok bool, name string) {
	c.all++
	if ok {
		c.kept++
	} else {
		c.lost = append(c.lost, name)
	}
}

func (c *tally) percent() float64 {
	if c.all == 0 {
		return 100
	}
	return 100 * float64(c.kept) / float64(c.all)
}

// TestCoverage puts every element, attribute and value that a schema knows
// into a small document and looks whether it is still there when the document
// has been read and written.
func TestCoverage(t *testing.T) {
	for _, c := range covered {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			p := &prober{ways: c.ways, works: map[*corpus.SchemaElement]variant{}}
			var elements, attributes, values, usedElements, usedAttributes tally
			for _, e := range corpus.ReadSchema(t, c.kind).Paths {
				ok := p.keepsElement(t, e)
				elements.add(ok, e.Path+"\n\t"+p.last)
				if e.Files > 0 {
					usedElements.add(ok, e.Path)
				}
				if e.Text != nil {
					for _, v := range e.Text.Enum {
						values.add(p.holds(e, target{want: "=" + v, text: v}), e.Path+"="+v)
					}
				}
				for i := range e.Attributes {
					a := &e.Attributes[i]
					ok := false
					for _, v := range samples(e, a) {
						kept := p.keepsAttribute(t, e, a, v)
						ok = ok || kept
						if a.Enum != nil {
							values.add(kept, e.Path+"/@"+a.Name+"="+v)
						} else if ok {
							break
						}
					}
					attributes.add(ok, e.Path+"/@"+a.Name+"\n\t"+p.last)
					if a.Files > 0 {
						usedAttributes.add(ok, e.Path+"/@"+a.Name)
					}
				}
			}
			for _, r := range []struct {
				what    string
				c       *tally
				atLeast float64
			}{
				{"elements", &elements, c.elements}, {"attributes", &attributes, c.attributes}, {"values", &values, c.values},
				{"elements of the corpus", &usedElements, 100}, {"attributes of the corpus", &usedAttributes, 100},
			} {
				t.Logf("%-24s %5d of %5d kept, %.1f %%", r.what, r.c.kept, r.c.all, r.c.percent())
				if r.c.percent() < r.atLeast {
					t.Errorf("%s: %.2f %% kept, less than %.2f", r.what, r.c.percent(), r.atLeast)
				}
				r.c.report(t, r.what)
			}
		})
	}
}

// keepsElement is element, where the reference does not drop it.
func (p *prober) keepsElement(t *testing.T, e *corpus.SchemaElement) bool {
	ok := p.element(e)
	if isDropped(e.Path) {
		if ok {
			t.Errorf("%s is kept, which the reference drops", e.Path)
		}
		return true
	}
	return ok
}

// keepsAttribute is the same for an attribute.
func (p *prober) keepsAttribute(t *testing.T, e *corpus.SchemaElement, a *corpus.SchemaAttribute, value string) bool {
	ok := p.holds(e, target{attr: a.Name, value: value, want: "@" + a.Name + exactly(a, value)})
	if isDropped(e.Path + "/@" + a.Name) {
		if ok {
			t.Errorf("%s/@%s is kept, which the reference drops", e.Path, a.Name)
		}
		return true
	}
	return ok
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

// exactly wants the very value of an enumeration; others may be normalised.
func exactly(a *corpus.SchemaAttribute, value string) string {
	if a.Enum != nil {
		return "=" + value
	}
	return ""
}

func (c *tally) report(t *testing.T, what string) {
	sort.Strings(c.lost)
	for _, name := range c.lost {
		if *missing != "" && (*missing == "all" || strings.Contains(name, *missing)) {
			t.Logf("lost of %s: %s", what, name)
		}
	}
}
