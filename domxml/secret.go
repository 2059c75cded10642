package domxml

import (
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Secret is the document about a secret. The value itself is never in it.
type Secret struct {
	XMLName struct{} `xml:"secret"`

	// Ephemeral secrets are never written to a disk; private ones are never
	// given to a client.
	Ephemeral YesNo `xml:"ephemeral,attr"`
	Private   YesNo `xml:"private,attr"`

	UUID UUID `xml:"uuid" vir:"always"`
	// UUIDSet says that the document had an identifier, which may be all zero.
	UUIDSet     bool         `xml:"-"`
	Description string       `xml:"description,omitempty"`
	Usage       *SecretUsage `xml:"usage"`
}

// SecretUsage says what a secret is for. Which of the names counts follows
// from the type.
type SecretUsage struct {
	Type   SecretUsageType `xml:"type,attr"`
	Volume string          `xml:"volume,omitempty"`
	Name   string          `xml:"name,omitempty"`
	Target string          `xml:"target,omitempty"`
}

// SecretUsageType is a kind of use (virSecretUsageType).
type SecretUsageType string

// The uses of secrets, in the order of their numbers.
const (
	SecretUsageNone   SecretUsageType = "none"
	SecretUsageVolume SecretUsageType = "volume"
	SecretUsageCeph   SecretUsageType = "ceph"
	SecretUsageISCSI  SecretUsageType = "iscsi"
	SecretUsageTLS    SecretUsageType = "tls"
	SecretUsageVTPM   SecretUsageType = "vtpm"
)

func (SecretUsageType) values() []string {
	return []string{"none", "volume", "ceph", "iscsi", "tls", "vtpm"}
}

// Number is the value of virSecretUsageType.
func (t SecretUsageType) Number() int32 { return int32(max(0, slices.Index(t.values(), string(t)))) }

// ID is the name by which a secret of this use is looked up.
func (u *SecretUsage) ID() string {
	if u == nil {
		return ""
	}
	return *u.id()
}

// id is the field that counts.
func (u *SecretUsage) id() *string {
	switch u.Type {
	case SecretUsageVolume:
		return &u.Volume
	case SecretUsageISCSI:
		return &u.Target
	}
	return &u.Name
}

// missingUsage is what an incomplete use lacks.
var missingUsage = map[SecretUsageType]string{
	SecretUsageVolume: "volume usage specified, but volume path is missing",
	SecretUsageCeph:   "Ceph usage specified, but name is missing",
	SecretUsageISCSI:  "iSCSI usage specified, but target is missing",
	SecretUsageTLS:    "TLS usage specified, but name is missing",
	SecretUsageVTPM:   "vTPM usage specified, but name is missing",
}

// ParseSecret reads the document of a secret.
func ParseSecret(doc []byte, options ...Option) (*Secret, error) {
	return parse[Secret](doc, "secret", vir.FromSecret, options)
}

// FormatSecret writes the document of a secret.
func FormatSecret(s *Secret, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "secret", s, flags), nil
}

// Generate draws the identifier, if there is none; random fills its argument.
func (s *Secret) Generate(random func([]byte)) {
	if s.UUIDSet {
		return
	}
	random(s.UUID[:])
	s.UUID.SetVersion4()
	s.UUIDSet = true
}

func (s *Secret) parseNode(d *decoder, n node) error {
	s.Ephemeral, s.Private = No, No
	for _, a := range []struct {
		name string
		to   *YesNo
	}{{"ephemeral", &s.Ephemeral}, {"private", &s.Private}} {
		v, _ := n.Attr(a.name)
		switch v {
		case "":
		case "yes", "no":
			*a.to = YesNo(v)
		default:
			return vir.Errorf(vir.FromSecret, vir.ErrXMLError, "invalid value of '%s'", a.name)
		}
	}
	if id := n.Child("uuid"); id.Valid() && id.Text() != "" {
		if s.UUID, s.UUIDSet = ParseUUID(id.Text()); !s.UUIDSet {
			return vir.Errorf(vir.FromSecret, vir.ErrInternalError, "malformed uuid element")
		}
	}
	if c := n.Child("description"); c.Valid() {
		s.Description = c.Text()
	}
	if c := n.Child("usage"); c.Valid() {
		return s.parseUsage(d, c)
	}
	return nil
}

// parseUsage reads the use; one for nothing counts as none.
func (s *Secret) parseUsage(d *decoder, n node) error {
	kind, ok := n.Attr("type")
	if !ok {
		return errMissing("type", "usage")
	}
	var u SecretUsage
	if err := d.plain(n, &u); err != nil {
		return err
	}
	if u.Type = SecretUsageType(kind); u.Type == SecretUsageNone {
		return nil
	}
	id := *u.id()
	if id == "" {
		return vir.Errorf(vir.FromSecret, vir.ErrInternalError, "%s", missingUsage[u.Type])
	}
	s.Usage = &SecretUsage{Type: u.Type}
	*s.Usage.id() = id
	return nil
}
