package domxml

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// NWFilter is the document of a network filter.
type NWFilter struct {
	XMLName struct{} `xml:"filter"`

	Name string `xml:"name,attr"`
	// Chain is root, or a name that begins with a protocol: "arp-x".
	Chain string `xml:"chain,attr"`
	// Priority of the chain, -1000 to 1000; the default follows from its name.
	Priority int `xml:"priority,attr,omitempty"`

	UUID UUID `xml:"uuid"`
	// UUIDSet says that the document had an identifier, which may be all zero.
	UUIDSet bool `xml:"-"`
	// Entries are the rules and the other filters that this one has in it, in
	// the order of the document.
	Entries []NWFilterEntry `xml:"-"`
}

// NWFilterEntry is a rule or another filter; the other one is nil.
type NWFilterEntry struct {
	Rule   *NWFilterRule
	Filter *FilterRef
}

// NWFilterRule says what becomes of packets of a kind.
type NWFilterRule struct {
	Action    NWFilterAction    `xml:"action,attr"`
	Direction NWFilterDirection `xml:"direction,attr"`
	// Priority orders rules, -1000 to 1000.
	Priority int `xml:"priority,attr" vir:"always"`
	// StateMatch false keeps the rule from looking at connections; nil is true.
	StateMatch *bool `xml:"-"`

	NWFilterTraffic
}

// NWFilterAction is what becomes of a packet.
type NWFilterAction string

// The actions of rules.
const (
	FilterDrop     NWFilterAction = "drop"
	FilterAccept   NWFilterAction = "accept"
	FilterReject   NWFilterAction = "reject"
	FilterReturn   NWFilterAction = "return"
	FilterContinue NWFilterAction = "continue"
)

func (NWFilterAction) values() []string {
	return []string{"drop", "accept", "reject", "return", "continue"}
}

// NWFilterDirection is the way of a packet as the guest sees it.
type NWFilterDirection string

// The directions of rules.
const (
	FilterIn    NWFilterDirection = "in"
	FilterOut   NWFilterDirection = "out"
	FilterInOut NWFilterDirection = "inout"
)

func (NWFilterDirection) values() []string { return []string{"in", "out", "inout"} }

const (
	// filterPriorityLimit bounds priorities on both sides of 0.
	filterPriorityLimit = 1000
	// filterRulePriority is that of rules that name none, or a bad one.
	filterRulePriority = 500
	// maxFilterEntries bounds the parts of a filter.
	maxFilterEntries = maxList
)

// filterChains are the beginnings of names of chains, and the priorities of
// such chains.
var filterChains = []struct {
	prefix   string
	priority int
}{
	{"root", 0}, {"mac", -800}, {"vlan", -750}, {"stp", 0}, {"arp", -500}, {"rarp", -400}, {"ipv4", -700}, {"ipv6", -600},
}

const (
	filterChainChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:"
	filterChainMax   = 12
)

// ParseNWFilter reads the document of a network filter.
func ParseNWFilter(doc []byte, options ...Option) (*NWFilter, error) {
	return parse[NWFilter](doc, "filter", vir.FromNWFilter, options)
}

// FormatNWFilter writes the document of a network filter.
func FormatNWFilter(f *NWFilter, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "filter", f, flags), nil
}

// Generate draws the identifier, if there is none; random fills its argument.
func (f *NWFilter) Generate(random func([]byte)) {
	if f.UUIDSet {
		return
	}
	random(f.UUID[:])
	f.UUID.SetVersion4()
	f.UUIDSet = true
}

// Filters are the names of the filters that this one has in it.
func (f *NWFilter) Filters() (names []string) {
	for _, e := range f.Entries {
		if e.Filter != nil {
			names = append(names, e.Filter.Filter)
		}
	}
	return names
}

func errFilter(format string, args ...any) error {
	return vir.Errorf(vir.FromNWFilter, vir.ErrInternalError, format, args...)
}

func errFilterArg(format string, args ...any) error {
	return vir.Errorf(vir.FromNWFilter, vir.ErrInvalidArg, format, args...)
}

func (f *NWFilter) parseNode(d *decoder, n node) error {
	if f.Name, _ = n.Attr("name"); f.Name == "" {
		return errFilter("filter has no name")
	}
	priority, _ := n.Attr("priority")
	if priority != "" {
		v, ok := filterPriority(priority)
		if !ok {
			return errFilterArg("Could not parse chain priority '%s'", priority)
		}
		if f.Priority = v; v < -filterPriorityLimit || v > filterPriorityLimit {
			return errFilterArg("Priority '%d' is outside valid range of [%d,%d]", v, -filterPriorityLimit, filterPriorityLimit)
		}
	}
	if err := f.parseChain(n, priority == ""); err != nil {
		return err
	}
	if s := childText(n, "uuid"); s != "" {
		if f.UUID, f.UUIDSet = ParseUUID(s); !f.UUIDSet {
			return vir.Errorf(vir.FromNWFilter, vir.ErrXMLError, "malformed uuid element")
		}
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		var e NWFilterEntry
		var part any
		switch {
		case c.IsElement("rule"):
			e.Rule = &NWFilterRule{}
			part = e.Rule
		case c.IsElement("filterref"):
			e.Filter = &FilterRef{}
			part = e.Filter
		default:
			continue
		}
		if len(f.Entries) == maxFilterEntries {
			return errXML("more than %d elements '%s'", maxFilterEntries, c.Name())
		}
		if err := d.decode(c, part); err != nil {
			return err
		}
		if e.Filter != nil && e.Filter.nameless {
			return errMissing("filter", "filterref")
		}
		f.Entries = append(f.Entries, e)
	}
	return nil
}

// filterPriority reads a signed number as C does.
func filterPriority(s string) (int, bool) {
	t, _ := digits(s, &scalarOptions{})
	v, err := strconv.ParseInt(t, 10, 32)
	return int(v), err == nil
}

// parseChain judges the name of the chain and, unless the document says
// otherwise, takes the priority of such chains.
func (f *NWFilter) parseChain(n node, priority bool) error {
	if f.Chain, _ = n.Attr("chain"); f.Chain == "" {
		f.Chain = "root"
		return nil
	}
	if len(f.Chain) > filterChainMax {
		return errFilterArg("Name of chain is longer than %d characters", filterChainMax)
	}
	if strings.Trim(f.Chain, filterChainChars) != "" {
		return errFilterArg("Chain name contains invalid characters")
	}
	for _, c := range filterChains {
		if !strings.HasPrefix(f.Chain, c.prefix) {
			continue
		}
		if c.prefix == "root" && f.Chain != "root" {
			return vir.ErrorWithoutCause()
		}
		if priority {
			f.Priority = c.priority
		}
		return nil
	}
	return errFilterArg("Invalid chain name '%s'. Please use a chain name called 'root' or any of the following prefixes: mac, vlan, stp, arp, rarp, ipv4, ipv6", f.Chain)
}

func (f *NWFilter) formatElement(e *encoder, name string) {
	e.indent()
	e.b = append(e.b, "<"+name+" name='"...)
	e.b = appendEscaped(e.b, f.Name)
	e.b = append(e.b, "' chain='"...)
	e.b = appendEscaped(e.b, f.Chain)
	e.b = append(e.b, '\'')
	// The root chain has no neighbours; a stored text keeps a 0 that is not
	// the default of the chain.
	if f.Chain != "root" && (f.Priority != 0 || e.flags&FormatStored != 0) {
		e.b = append(e.b, " priority='"+strconv.Itoa(f.Priority)+"'"...)
	}
	e.b = append(e.b, ">\n"...)
	e.depth++
	e.line("<uuid>" + f.UUID.String() + "</uuid>")
	for _, p := range f.Entries {
		switch {
		case p.Rule != nil:
			e.any("rule", p.Rule)
		case p.Filter != nil:
			e.any("filterref", p.Filter)
		}
	}
	e.depth--
	e.indent()
	e.close(name)
}

// The characters of variables' names and values; what has others is dropped.
const (
	filterNameChars  = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	filterValueChars = filterNameChars + ".:"
)

// parseNode reads a reference to a filter. Parameters that cannot be used are
// dropped, and the others sorted.
func (f *FilterRef) parseNode(_ *decoder, n node) error {
	var ok bool
	f.Filter, ok = n.Attr("filter")
	f.nameless = !ok
	list, err := elementsOf(n, "parameter")
	if err != nil {
		return err
	}
	for _, c := range list {
		name, named := c.Attr("name")
		value, _ := c.Attr("value")
		if named && value != "" && strings.Trim(name, filterNameChars) == "" && strings.Trim(value, filterValueChars) == "" {
			f.Parameters = append(f.Parameters, FilterParameter{name, value})
		}
	}
	f.sort()
	return nil
}

func (r *NWFilterRule) parseNode(d *decoder, n node) error {
	for _, a := range []struct {
		name   string
		values []string
		set    func(string)
	}{
		{"action", r.Action.values(), func(s string) { r.Action = NWFilterAction(s) }},
		{"direction", r.Direction.values(), func(s string) { r.Direction = NWFilterDirection(s) }},
	} {
		s, ok := n.Attr(a.name)
		if !ok {
			return errMissing(a.name, "rule")
		}
		if !slices.Contains(a.values, s) {
			return errValue(a.name, "rule", s, "")
		}
		a.set(s)
	}
	r.Priority = filterRulePriority
	if s, ok := n.Attr("priority"); ok {
		v, ok := filterPriority(s)
		if !ok {
			return errValue("priority", "rule", s, "integer value")
		}
		if v >= -filterPriorityLimit && v <= filterPriorityLimit {
			r.Priority = v
		}
	}
	if s, _ := n.Attr("statematch"); s == "0" || strings.EqualFold(s, "false") {
		r.StateMatch = new(bool)
	}
	return r.NWFilterTraffic.read(n)
}

func (r *NWFilterRule) formatElement(e *encoder, name string) {
	e.indent()
	e.b = append(e.b, "<"+name+" action='"+string(r.Action)+"' direction='"+string(r.Direction)+"' priority='"+strconv.Itoa(r.Priority)+"'"...)
	if r.StateMatch != nil && !*r.StateMatch {
		e.b = append(e.b, " statematch='false'"...)
	}
	head := len(e.b)
	e.b = append(e.b, ">\n"...)
	inner := len(e.b)
	e.depth++
	v := reflect.ValueOf(&r.NWFilterTraffic).Elem()
	e.children(v, planOf(v.Type()))
	e.depth--
	if len(e.b) == inner {
		e.b = append(e.b[:head], "/>\n"...)
		return
	}
	e.indent()
	e.close(name)
}
