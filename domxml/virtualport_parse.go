package domxml

import (
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// virtualPortParams are the parameters that each type of switch takes.
var virtualPortParams = map[string][]string{
	"802.1Qbg":    {"managerid", "typeid", "typeidversion", "instanceid"},
	"802.1Qbh":    {"profileid"},
	"openvswitch": {"interfaceid", "profileid"},
	// midonet takes a profile too, and ignores it.
	"midonet": {"interfaceid", "profileid"},
}

func errVirtualPort(format string, args ...any) error {
	return vir.Errorf(vir.FromNone, vir.ErrXMLError, format, args...)
}

// maxProfileID is the most bytes of a profile's name.
const maxProfileID = 39

func (v *VirtualPort) parseNode(_ *decoder, n node) error {
	kind, typed := n.Attr("type")
	if _, known := virtualPortParams[kind]; typed && !known {
		return vir.Errorf(vir.FromNone, vir.ErrConfigUnsupported, "unknown virtualport type %s", kind)
	}
	v.Type = kind
	c := n.Child("parameters")
	if !c.Valid() {
		return nil
	}
	p := &VirtualPortParams{}
	if err := p.parse(c); err != nil {
		return err
	}
	if typed {
		for _, a := range c.Attrs() {
			if !slices.Contains(virtualPortParams[kind], a.Name) && slices.Contains(allVirtualPortParams, a.Name) {
				return vir.Errorf(vir.FromNet, vir.ErrXMLError, "extra %s unsupported in <virtualport type='%s'>", a.Name, kind)
			}
		}
	}
	if kind == "midonet" {
		v.Parameters, p.ProfileID = p, ""
		return nil
	}
	if *p != (VirtualPortParams{}) {
		v.Parameters = p
	}
	return nil
}

var allVirtualPortParams = []string{"managerid", "typeid", "typeidversion", "instanceid", "profileid", "interfaceid"}

func (p *VirtualPortParams) parse(n node) error {
	for _, f := range []struct {
		name, article string
		most          uint
		to            **uint
	}{
		{"managerid", "of", 0xff, &p.ManagerID},
		{"typeid", "for", 0xffffff, &p.TypeID},
		{"typeidversion", "of", 0xff, &p.TypeIDVersion},
	} {
		s, ok := n.Attr(f.name)
		if !ok {
			continue
		}
		v, ok := cUint(s)
		if !ok {
			return errVirtualPort("cannot parse value of %s parameter", f.name)
		}
		if v > f.most {
			return errVirtualPort("value %s %s out of range", f.article, f.name)
		}
		*f.to = &v
	}
	for _, f := range []struct {
		name string
		to   **UUID
	}{{"instanceid", &p.InstanceID}, {"interfaceid", &p.InterfaceID}} {
		s, ok := n.Attr(f.name)
		if !ok {
			continue
		}
		u, ok := ParseUUID(s)
		if !ok {
			return errVirtualPort("cannot parse %s parameter as a uuid", f.name)
		}
		*f.to = &u
	}
	if p.ProfileID = attrOf(n, "profileid"); len(p.ProfileID) > maxProfileID {
		return errVirtualPort("profileid parameter too long")
	}
	return nil
}

// hidden leaves out a port that says nothing.
func (v *VirtualPort) hidden(FormatFlags) bool { return v.Type == "" && v.Parameters == nil }

// cUint reads a number in any base.
func cUint(s string) (uint, bool) {
	o := scalarOptions{anyBase: true}
	number, base := digits(s, &o)
	v, err := strconv.ParseUint(number, base, 32)
	return uint(v), err == nil && !strings.HasPrefix(number, "+")
}
