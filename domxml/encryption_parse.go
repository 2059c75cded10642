package domxml

import (
	"slices"
)

// encryptionFormats are the formats of encrypted images.
var encryptionFormats = []string{"default", "qcow", "luks", "luks2", "luks-any"}

// parseNode reads how an image of a domain or of a pool is encrypted. Ciphers
// are for luks only; elsewhere they are dropped without being looked at.
func (e *DiskEncryption) parseNode(d *decoder, n node) error {
	e.Format = attrOf(n, "format")
	if e.Format == "" {
		return errStorage("unknown volume encryption format")
	}
	if !slices.Contains(encryptionFormats, e.Format) {
		return errStorageConfig("unknown volume encryption format type %s", e.Format)
	}
	var engine struct {
		Engine string `xml:"engine,attr" vir:"enum=default|qemu|librbd"`
	}
	if err := d.attrs(n, &engine); err != nil {
		return err
	}
	if e.Engine = engine.Engine; e.Engine == "default" {
		e.Engine = ""
	}
	for _, c := range childrenOf(n, "secret") {
		var s EncryptionSecret
		if err := s.parseNode(d, c); err != nil {
			return err
		}
		e.Secrets = append(e.Secrets, s)
	}
	if e.Format != "luks" {
		return nil
	}
	return e.parseCipher(d, n)
}

func (e *DiskEncryption) parseCipher(d *decoder, n node) error {
	cipher, ivgen := n.Child("cipher"), n.Child("ivgen")
	if cipher.Valid() {
		e.Cipher = &Cipher{}
		if _, ok := cipher.Attr("name"); !ok {
			return errStorage("cipher info missing 'name' attribute")
		}
		if err := d.attrs(cipher, e.Cipher); err != nil {
			return err
		}
	}
	if ivgen.Valid() {
		if e.Cipher == nil {
			return errStorage("ivgen element found, but cipher is missing")
		}
		if _, ok := ivgen.Attr("name"); !ok {
			return errStorage("missing ivgen info name string")
		}
		e.IVGen = &IVGen{Name: attrOf(ivgen, "name"), Hash: attrOf(ivgen, "hash")}
	}
	return nil
}

func (s *EncryptionSecret) parseNode(_ *decoder, n node) (err error) {
	s.Type = attrOf(n, "type")
	switch s.Type {
	case "passphrase":
	case "":
		return errStorage("unknown volume encryption secret type")
	default:
		return errStorageConfig("unknown volume encryption secret type %s", s.Type)
	}
	s.UUID, s.Usage, err = parseSecretLookup(n)
	return err
}

func (s *EncryptionSecret) formatElement(e *encoder, name string) {
	e.any(name, &StorageSecret{Type: s.Type, UUID: s.UUID, Usage: s.Usage})
}
