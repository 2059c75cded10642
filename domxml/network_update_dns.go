package domxml

import "slices"

// dns is the network's name server, made if need be.
func (c *networkUpdate) dns() *NetworkDNS {
	if c.DNS == nil {
		c.DNS = &NetworkDNS{}
	}
	return c.DNS
}

// matches are the positions of the elements that fit.
func matches[T any](list []T, fits func(*T) bool) (at []int) {
	for i := range list {
		if fits(&list[i]) {
			at = append(at, i)
		}
	}
	return at
}

func (c *networkUpdate) dnsHost() error {
	if err := c.expects("host"); err != nil {
		return err
	}
	var h DNSHost
	if err := h.parse(c.d, c.root, c.deletes() || c.modifies()); err != nil {
		return err
	}
	s := c.dns()
	at := matches(s.Hosts, func(o *DNSHost) bool {
		shares := func(name string) bool { return slices.Contains(o.Hostnames, name) }
		return h.IP != "" && h.IP == o.IP || c.deletes() && slices.ContainsFunc(h.Hostnames, shares)
	})
	switch {
	case c.adds():
		if len(at) > 0 {
			return errUpdateInvalid("there is already at least one DNS HOST record with a matching field in network %s", c.Name)
		}
		s.Hosts = insert(c, s.Hosts, h)
		return nil
	case !c.deletes() && !c.modifies():
		return c.errCommand()
	case len(at) == 0:
		return errUpdateInvalid("couldn't locate a matching DNS HOST record in network %s", c.Name)
	case len(at) > 1:
		return errUpdateInvalid("multiple matching DNS HOST records were found in network %s", c.Name)
	case c.deletes():
		s.Hosts = slices.Delete(s.Hosts, at[0], at[0]+1)
	default:
		// Without names the text of the network has an error, found later.
		s.Hosts[at[0]] = h
	}
	return nil
}

func (c *networkUpdate) dnsTXT() error {
	if err := c.expects("txt"); err != nil {
		return err
	}
	var t DNSTXT
	if err := t.parse(c.d, c.root, c.deletes() || c.modifies()); err != nil {
		return err
	}
	s := c.dns()
	at := slices.IndexFunc(s.TXTs, func(o DNSTXT) bool { return o.Name == t.Name })
	switch {
	case c.adds():
		if at >= 0 {
			return errUpdateInvalid("there is already a DNS TXT record with name '%s' in network %s", t.Name, c.Name)
		}
		s.TXTs = insert(c, s.TXTs, t)
		return nil
	case !c.deletes() && !c.modifies():
		return c.errCommand()
	case at < 0:
		return errUpdateInvalid("couldn't locate a matching DNS TXT record in network %s", c.Name)
	case c.deletes():
		s.TXTs = slices.Delete(s.TXTs, at, at+1)
	case t.Value == nil:
		return errUpdateInvalid("missing value of modifying DNS TXT record in network %s", c.Name)
	default:
		s.TXTs[at] = t
	}
	return nil
}

func (c *networkUpdate) dnsSRV() error {
	if c.modifies() {
		return errUpdateUnsupported("DNS SRV records cannot be modified, only added or deleted")
	}
	if err := c.expects("srv"); err != nil {
		return err
	}
	var r DNSSRV
	if err := r.parse(c.d, c.root, c.deletes()); err != nil {
		return err
	}
	s := c.dns()
	at := matches(s.SRVs, r.finds)
	switch {
	case c.adds():
		if len(at) > 0 {
			return errUpdateInvalid("there is already at least one DNS SRV record matching all specified fields in network %s", c.Name)
		}
		s.SRVs = insert(c, s.SRVs, r)
	case !c.deletes():
		return c.errCommand()
	case len(at) == 0:
		return errUpdateInvalid("couldn't locate a matching DNS SRV record in network %s", c.Name)
	case len(at) > 1:
		return errUpdateInvalid("multiple DNS SRV records matching all specified fields were found in network %s", c.Name)
	default:
		s.SRVs = slices.Delete(s.SRVs, at[0], at[0]+1)
	}
	return nil
}

// finds says whether another record has the names that this one has; numbers
// do not count, as in the reference.
func (r *DNSSRV) finds(o *DNSSRV) bool {
	same := func(a, b *string) bool { return a == nil || b != nil && *a == *b }
	return same(r.Domain, o.Domain) && same(r.Service, o.Service) && same(r.Protocol, o.Protocol) && same(r.Target, o.Target)
}
