package argv

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"

	"github.com/govirtd/govirtd/domxml"
)

// masterKey gives the emulator the key that opens the secrets on its command
// line.
func (b *builder) masterKey() error {
	b.object(props("qom-type", "secret", "id", "masterKey0", "format", "raw", "file", b.o.Lib+"/master-key.aes"))
	b.managedReservations()
	return nil
}

// secret adds an object with a secret of the host, hidden by the master key.
func (b *builder) secret(id string, ref SecretRef) error {
	text, err := b.lookUp(ref)
	if err != nil {
		return err
	}
	return b.secretText(id, text)
}

// lookUp asks the host for a secret, once.
func (b *builder) lookUp(ref SecretRef) ([]byte, error) {
	if b.o.Secret == nil {
		return nil, errUnsupported("secrets are not available")
	}
	if text, ok := b.secrets[ref]; ok {
		return text, nil
	}
	text, err := b.o.Secret(ref)
	if err == nil {
		if b.secrets == nil {
			b.secrets = map[SecretRef][]byte{}
		}
		b.secrets[ref] = text
	}
	return text, err
}

// diskSecrets looks up the secrets of all disks before anything else, from the
// last disk to the first: the error is about the one that the reference misses.
// Sets of descriptors are numbered on the way.
func (b *builder) diskSecrets() error {
	b.imageSets = map[string]int{}
	for n := len(b.d.Devices.Disks) - 1; n >= 0; n-- {
		for i := diskImage(&b.d.Devices.Disks[n]); i != nil; i = i.backing {
			if i.source.FDGroup != "" {
				b.imageSets[i.storageNode()] = b.imageSet(i.storageNode())
			}
			var refs []SecretRef
			if a := i.auth; a != nil {
				refs = append(refs, authRef(a))
			}
			if e := i.encryption; e != nil {
				for _, s := range e.Secrets {
					refs = append(refs, passphraseRef(s))
				}
			}
			for _, ref := range refs {
				if _, err := b.lookUp(ref); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// authRef is the password of who opens an image.
func authRef(a *domxml.Auth) (ref SecretRef) {
	if s := a.Secret; s != nil {
		ref = SecretRef{Type: s.Type, UUID: value(s.UUID), Usage: s.Usage}
	}
	return ref
}

func passphraseRef(s domxml.EncryptionSecret) SecretRef {
	return SecretRef{Type: "volume", UUID: value(s.UUID), Usage: s.Usage}
}

func (b *builder) secretText(id string, text []byte) error {
	p, err := SecretObject(id, text, b.o.MasterKey, b.o.Random)
	if err != nil {
		return err
	}
	b.object(p)
	return nil
}

// SecretObject is an object that holds a secret in encrypted form: AES-256 in
// CBC mode with the padding of PKCS#7, which the emulator undoes with the
// master key. random fills the initialisation vector.
func SecretObject(id string, text, masterKey []byte, random func([]byte)) (*Props, error) {
	block, err := aes.NewCipher(masterKey)
	if err != nil || len(masterKey) != 32 || random == nil {
		return nil, errInternal("no master key to hide secret '%s' with", id)
	}
	iv := make([]byte, aes.BlockSize)
	random(iv)
	pad := aes.BlockSize - len(text)%aes.BlockSize
	data := make([]byte, len(text), len(text)+pad)
	copy(data, text)
	for range pad {
		data = append(data, byte(pad))
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	return props("qom-type", "secret", "id", id, "data", base64.StdEncoding.EncodeToString(data), "keyid", "masterKey0",
		"iv", base64.StdEncoding.EncodeToString(iv), "format", "base64"), nil
}
