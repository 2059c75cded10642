package domxml

// TPM is a trusted platform module.
type TPM struct {
	Model   string      `xml:"model,attr,omitempty" vir:"enum=tpm-tis|tpm-crb|tpm-spapr|spapr-tpm-proxy"`
	Backend *TPMBackend `xml:"backend"`
	DeviceInfo
}

// TPMBackend is what is behind it.
type TPMBackend struct {
	Type            string         `xml:"type,attr" vir:"required enum=passthrough|emulator|external"`
	Version         string         `xml:"version,attr,omitempty" vir:"enum=1.2|2.0"`
	PersistentState YesNo          `xml:"persistent_state,attr,omitempty"`
	Debug           *uint          `xml:"debug,attr,omitempty"`
	Device          *TPMDevice     `xml:"device"`
	Encryption      *TPMEncryption `xml:"encryption"`
	ActivePCRBanks  *PCRBanks      `xml:"active_pcr_banks"`
	Source          *TPMSource     `xml:"source"`
	Profile         *TPMProfile    `xml:"profile"`
}

// TPMDevice is a module of the host.
type TPMDevice struct {
	Path string `xml:"path,attr,omitempty"`
}

// TPMEncryption names the secret that protects the state.
type TPMEncryption struct {
	Secret *UUID `xml:"secret,attr"`
}

// PCRBanks are the algorithms in use.
type PCRBanks struct {
	SHA1   Flag `xml:"sha1,omitempty"`
	SHA256 Flag `xml:"sha256,omitempty"`
	SHA384 Flag `xml:"sha384,omitempty"`
	SHA512 Flag `xml:"sha512,omitempty"`
}

// TPMSource is where the state is, or the module.
type TPMSource struct {
	Type string `xml:"type,attr" vir:"enum=file|dir|unix"`
	Mode string `xml:"mode,attr,omitempty"`
	Path string `xml:"path,attr,omitempty"`
}

// TPMProfile is the set of algorithms.
type TPMProfile struct {
	Source         string `xml:"source,attr,omitempty"`
	RemoveDisabled string `xml:"removeDisabled,attr,omitempty" vir:"enum=none|check|fips-host"`
	Name           string `xml:"name,attr,omitempty"`
}

func (t *TPM) parsed(*decoder, node) error {
	if t.Backend == nil {
		return errXML("missing TPM device backend")
	}
	return nil
}

func (b *TPMBackend) parsed(*decoder, node) error {
	switch b.Type {
	case "passthrough":
		*b = TPMBackend{Type: b.Type, Device: b.Device}
		if b.Device == nil || b.Device.Path == "" {
			b.Device = &TPMDevice{Path: "/dev/tpm0"}
		}
	case "external":
		*b = TPMBackend{Type: b.Type, Source: b.Source}
		if b.Source == nil {
			return errXML("missing <source> for TPM external backend")
		}
		b.Source.Mode = "connect"
	default:
		b.Device = nil
	}
	return nil
}
