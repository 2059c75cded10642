package argv

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"testing"
)

// TestSecretObject opens what SecretObject hides, as the emulator does.
func TestSecretObject(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	for _, text := range []string{"", "a", "exactly sixteen.", "more than one block of text"} {
		p, err := SecretObject("s", []byte(text), key, func(b []byte) { copy(b, "0123456789abcdef") })
		if err != nil {
			t.Fatal(err)
		}
		var o struct{ Data, IV, KeyID, Format string }
		if err := json.Unmarshal([]byte(p.String()), &o); err != nil {
			t.Fatal(err)
		}
		data, err := base64.StdEncoding.DecodeString(o.Data)
		if err != nil {
			t.Fatal(err)
		}
		iv, err := base64.StdEncoding.DecodeString(o.IV)
		if err != nil {
			t.Fatal(err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
		if got := data[:len(data)-int(data[len(data)-1])]; string(got) != text || o.KeyID != "masterKey0" || o.Format != "base64" {
			t.Errorf("%q: %+v, %q", text, o, got)
		}
	}
	if _, err := SecretObject("s", nil, key[:31], func([]byte) {}); err == nil {
		t.Error("a short key is taken")
	}
}
