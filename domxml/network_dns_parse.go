package domxml

import (
	"strconv"
	"strings"
)

func (s *NetworkDNS) parseNode(d *decoder, n node) (err error) {
	if err := parseYesNo(n, "enable", &s.Enable); err != nil {
		return err
	}
	if err := parseYesNo(n, "forwardPlainNames", &s.ForwardPlainNames); err != nil {
		return err
	}
	if s.Forwarders, err = decodeAll[DNSForwarder](d, n, "forwarder"); err != nil {
		return err
	}
	if s.Hosts, err = decodeAll[DNSHost](d, n, "host"); err != nil {
		return err
	}
	if s.SRVs, err = decodeAll[DNSSRV](d, n, "srv"); err != nil {
		return err
	}
	if s.TXTs, err = decodeAll[DNSTXT](d, n, "txt"); err != nil {
		return err
	}
	if s.Enable == No && len(s.Forwarders)+len(s.Hosts)+len(s.SRVs)+len(s.TXTs) > 0 {
		return errNet("Extra data in disabled network '%s'", d.network)
	}
	return nil
}

// optional is the value of an attribute, nil where there is none.
func optional(n node, name string) *string {
	if s, ok := n.Attr(name); ok {
		return &s
	}
	return nil
}

func (f *DNSForwarder) parseNode(d *decoder, n node) error {
	f.Domain = optional(n, "domain")
	s, ok := n.Attr("addr")
	if !ok {
		if f.Domain == nil {
			return errNet("Invalid forwarder element, must contain at least one of addr or domain")
		}
		return nil
	}
	a, ok := parseIP(s)
	if !ok {
		return errNet("Invalid forwarder IP address '%s' in network '%s'", s, d.network)
	}
	f.Addr = a.String()
	return nil
}

func (h *DNSHost) parseNode(d *decoder, n node) error { return h.parse(d, n, false) }

// parse reads a host; with sparse, what an update looks for, which may be a part
// of it. The same holds for the other records.
func (h *DNSHost) parse(d *decoder, n node, sparse bool) error {
	ip, ok := n.Attr("ip")
	names := 0
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("hostname") {
			continue
		}
		if names++; c.Text() == "" {
			return errNetDetail("Missing hostname in network '%s' DNS HOST record", d.network)
		}
		h.Hostnames = append(h.Hostnames, c.Text())
	}
	switch {
	case names == 0 && sparse && !ok:
		return errNetDetail("Missing ip and hostname in network '%s' DNS HOST record", d.network)
	case names == 0 && !sparse:
		return errNetDetail("Missing hostname in network '%s' DNS HOST record", d.network)
	case !ok && !sparse:
		return errNetDetail("Missing IP address in network '%s' DNS HOST record", d.network)
	case !ok:
		return nil
	}
	a, ok := parseIP(ip)
	if !ok {
		return errNetDetail("Invalid IP address in network '%s' DNS HOST record", d.network)
	}
	h.IP = a.String()
	return nil
}

func (t *DNSTXT) parseNode(d *decoder, n node) error { return t.parse(d, n, false) }

func (t *DNSTXT) parse(d *decoder, n node, sparse bool) error {
	name, ok := n.Attr("name")
	if !ok {
		return errNetDetail("missing required name attribute in DNS TXT record of network %s", d.network)
	}
	if strings.ContainsAny(name, " ,") {
		return errNetDetail("prohibited character in DNS TXT record name '%s' of network %s", name, d.network)
	}
	t.Name, t.Value = name, optional(n, "value")
	if t.Value == nil && !sparse {
		return errNetDetail("missing required value attribute in DNS TXT record named '%s' of network %s", name, d.network)
	}
	return nil
}

func (r *DNSSRV) parseNode(d *decoder, n node) error { return r.parse(d, n, false) }

func (r *DNSSRV) parse(d *decoder, n node, sparse bool) error {
	r.Service, r.Protocol = optional(n, "service"), optional(n, "protocol")
	service := orNull(r.Service)
	if !sparse && r.Service == nil {
		return errNetDetail("missing required service attribute in DNS SRV record of network '%s'", d.network)
	}
	if !sparse && r.Protocol == nil {
		return errNetDetail("missing required protocol attribute in DNS SRV record '%s' of network '%s'", service, d.network)
	}
	r.Domain, r.Target = optional(n, "domain"), optional(n, "target")
	for _, f := range []struct {
		name, invalid string
		least         uint64
		to            *uint
	}{
		{"port", "invalid", 1, &r.Port},
		{"priority", "Invalid", 0, &r.Priority},
		{"weight", "invalid", 0, &r.Weight},
	} {
		s := attrOf(n, f.name)
		if s == "" {
			continue
		}
		v, err := strconv.ParseUint(s, 10, 16)
		if err != nil || v < f.least {
			return errNetDetail("%s DNS SRV %s attribute for service '%s' in network '%s'", f.invalid, f.name, service, d.network)
		}
		if r.Target == nil {
			return errNetDetail("DNS SRV %s attribute not permitted without target for service '%s' in network '%s'", f.name, service, d.network)
		}
		*f.to = uint(v)
	}
	return nil
}

// orNull is a text as the reference prints an absent one.
func orNull(s *string) string {
	if s == nil {
		return "(null)"
	}
	return *s
}
