package argv

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
)

// masterKey gives the emulator the key that opens the secrets on its command
// line.
func (b *builder) masterKey() error {
	b.object(props("qom-type", "secret", "id", "masterKey0", "format", "raw", "file", b.o.Lib+"/master-key.aes"))
	return nil
}

// secret adds an object with a secret of the host, hidden by the master key.
func (b *builder) secret(id string, ref SecretRef) error {
	if b.o.Secret == nil {
		return errUnsupported("secrets are not available")
	}
	text, err := b.o.Secret(ref)
	if err != nil {
		return err
	}
	return b.secretText(id, text)
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
