package argv

import "github.com/govirtd/govirtd/domxml"

// launchSecurity protects the guest's memory from the host.
func (b *builder) launchSecurity() error {
	l := b.d.LaunchSecurity
	if l == nil {
		return nil
	}
	switch l.Type {
	case "s390-pv":
		b.object(props("qom-type", "s390-pv-guest", "id", "lsec0"))
	case "sev":
		p := props("qom-type", "sev-guest", "id", "lsec0", "cbitpos", value(l.CBitPos), "reduced-phys-bits", value(l.ReducedPhysBits),
			"policy", value(l.Policy))
		if l.DHCert != "" {
			p.set("dh-cert-file", b.o.Lib+"/dh_cert.base64")
		}
		if l.Session != "" {
			p.set("session-file", b.o.Lib+"/session.base64")
		}
		b.object(p.put("kernel-hashes", l.KernelHashes))
	case "sev-snp":
		p := props("qom-type", "sev-snp-guest", "id", "lsec0", "cbitpos", value(l.CBitPos), "reduced-phys-bits", value(l.ReducedPhysBits))
		p.put("kernel-hashes", l.KernelHashes).set("policy", value(l.Policy))
		p.put("guest-visible-workarounds", l.GuestVisibleWorkarounds).put("id-block", l.IDBlock).put("id-auth", l.IDAuth)
		p.put("host-data", l.HostData)
		if l.AuthorKey != "" {
			p.set("author-key-enabled", l.AuthorKey == domxml.Yes)
		}
		if l.VCEK != "" {
			p.set("vcek-disabled", l.VCEK == domxml.No)
		}
		b.object(p)
	default:
		return errUnsupported("launch security type '%s' is not supported", l.Type)
	}
	return nil
}
