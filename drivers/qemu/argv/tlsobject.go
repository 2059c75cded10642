package argv

import "github.com/govirtd/govirtd/domxml"

// tlsObject adds the certificates of a server or client.
func (b *builder) tlsObject(id string, t TLSOptions, endpoint string) error {
	secret := ""
	if t.Secret != nil {
		secret = id + "-secret0"
		if err := b.secret(secret, SecretRef{Type: "tls", UUID: *t.Secret}); err != nil {
			return err
		}
	}
	b.object(props("qom-type", "tls-creds-x509", "id", id, "dir", t.Dir, "endpoint", endpoint, "verify-peer", t.VerifyPeer).
		put("passwordid", secret))
	return nil
}

// useTLS says whether a connection is encrypted: by its own word, or because
// all are.
func useTLS(choice domxml.YesNo, t TLSOptions) bool {
	return choice == domxml.Yes || choice == "" && t.Everywhere
}
