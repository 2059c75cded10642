package domxml

// LaunchSecurity protects a guest from its host.
type LaunchSecurity struct {
	Type                    string  `xml:"type,attr" vir:"required enum=sev|sev-snp|s390-pv"`
	KernelHashes            YesNo   `xml:"kernelHashes,attr,omitempty"`
	AuthorKey               YesNo   `xml:"authorKey,attr,omitempty"`
	VCEK                    YesNo   `xml:"vcek,attr,omitempty"`
	CBitPos                 *uint   `xml:"cbitpos,omitempty"`
	ReducedPhysBits         *uint   `xml:"reducedPhysBits,omitempty"`
	Policy                  *uint64 `xml:"policy,omitempty" vir:"hex=6"`
	DHCert                  string  `xml:"dhCert,omitempty"`
	Session                 string  `xml:"session,omitempty"`
	GuestVisibleWorkarounds string  `xml:"guestVisibleWorkarounds,omitempty"`
	IDBlock                 string  `xml:"idBlock,omitempty"`
	IDAuth                  string  `xml:"idAuth,omitempty"`
	HostData                string  `xml:"hostData,omitempty"`
}

func (l *LaunchSecurity) parsed(_ *decoder, n node) error {
	switch l.Type {
	case "sev":
		if l.Policy == nil {
			return errXML("failed to get launch security policy")
		}
	case "sev-snp":
		if l.Policy == nil {
			policy := uint64(0x30000)
			l.Policy = &policy
		}
	default:
		*l = LaunchSecurity{Type: l.Type}
	}
	return nil
}
