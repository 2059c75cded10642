package domxml

import (
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// bandwidthUse says what an element bandwidth may have where it stands.
type bandwidthUse uint

const (
	mayFloor   bandwidthUse = 1 << iota // a guaranteed rate
	mayClassID                          // the number of a class of traffic
)

// parseBandwidth reads the element bandwidth of n. Without limits there is
// none; a limit of zero leaves an empty one.
func parseBandwidth(d *decoder, n node, use bandwidthUse) (*QoS, error) {
	c := n.Child("bandwidth")
	if !c.Valid() {
		return nil, nil
	}
	q := &QoS{Kept: true}
	if s, ok := c.Attr("classID"); ok {
		v, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return nil, errValue("classID", c.Name(), s, "non-negative integer value")
		}
		if use&mayClassID == 0 {
			return nil, vir.Errorf(vir.FromNone, vir.ErrXMLDetail, "classID attribute not supported on <bandwidth> in this usage context")
		}
		q.ClassID = uint(v)
	}
	some := false
	for _, f := range []struct {
		name string
		to   **QoSRate
	}{{"inbound", &q.Inbound}, {"outbound", &q.Outbound}} {
		e := c.Child(f.name)
		if !e.Valid() {
			continue
		}
		some = true
		r, err := parseRate(e, use)
		if err != nil {
			return nil, err
		}
		if r.Average > 0 || r.Floor > 0 {
			*f.to = r
		}
	}
	if !some && !d.stored {
		return nil, nil
	}
	q.Kept = true
	return q, nil
}

func parseRate(n node, use bandwidthUse) (*QoSRate, error) {
	r := &QoSRate{}
	for _, f := range []struct {
		name string
		to   *uint64
	}{{"average", &r.Average}, {"peak", &r.Peak}, {"burst", &r.Burst}, {"floor", &r.Floor}} {
		s, ok := n.Attr(f.name)
		if !ok {
			continue
		}
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return nil, errValue(f.name, n.Name(), s, "non-negative integer value")
		}
		*f.to = v
	}
	_, average := n.Attr("average")
	_, floor := n.Attr("floor")
	if !average && !floor {
		return nil, vir.Errorf(vir.FromNone, vir.ErrXMLDetail, "Missing mandatory average or floor attributes")
	}
	if floor && (use&mayFloor == 0 || n.Name() == "outbound") {
		return nil, vir.Errorf(vir.FromNone, vir.ErrConfigUnsupported, "floor attribute is not supported for this config")
	}
	return r, nil
}
