//go:build linux

package storage

import (
	"context"
	"fmt"
	"os"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// secret gives the passphrase of a volume to a tool and returns the name by
// which other arguments call it. It is in a file without a name, so that it is
// neither in an argument nor on a disk.
func (s *Storage) secret(ctx context.Context, c *command, volume string, e *domxml.DiskEncryption) (id string, err error) {
	if len(e.Secrets) != 1 || s.cfg.Secret == nil {
		return "", errNoPassphrase()
	}
	value, err := s.cfg.Secret(ctx, e.Secrets[0])
	if err != nil {
		return "", err
	}
	fd, err := unix.MemfdCreate("secret", unix.MFD_CLOEXEC)
	if err != nil {
		return "", systemError(vir.FromStorage, err, "cannot make a file for the secret of volume '%s'", volume)
	}
	f := os.NewFile(uintptr(fd), "secret")
	c.owned = append(c.owned, f)
	if _, err := f.Write(value); err != nil {
		return "", systemError(vir.FromStorage, err, "cannot write the secret of volume '%s'", volume)
	}
	id = fmt.Sprintf("secret%d", len(c.files))
	c.objects = append(c.objects, "--object", fmt.Sprintf("secret,id=%s,file=%s", id, c.pass(f, "secret")))
	return id, nil
}

func errNoPassphrase() error {
	return vir.Errorf(vir.FromStorage, vir.ErrInvalidArg, "A single <secret type='passphrase'...> element is expected in encryption description")
}

// checkEncryption says whether a volume of a format can be encrypted so.
func checkEncryption(format string, e *domxml.DiskEncryption) error {
	switch {
	case e == nil:
		return nil
	case format == "raw" && e.Format != "luks":
		return vir.Errorf(vir.FromStorage, vir.ErrInternalError, "Only luks encryption is supported for raw files")
	case format != "raw" && format != "qcow2":
		return errConfig("volume encryption unsupported with format %s", format)
	case format == "qcow2" && e.Format != "luks":
		return errConfig("creation of qcow2 encrypted image is not supported")
	case len(e.Secrets) != 1:
		return errNoPassphrase()
	}
	return nil
}

// luksOptions are the options of qemu-img for an image to be made; prefix is
// that of their names.
func (s *Storage) luksOptions(prefix, id string, e *domxml.DiskEncryption) (out []string) {
	set := func(name, value string) {
		if value != "" {
			out = append(out, prefix+name+"="+value)
		}
	}
	set("key-secret", id)
	if c := e.Cipher; c != nil {
		set("cipher-alg", fmt.Sprintf("%s-%d", c.Name, c.Size))
		set("cipher-mode", c.Mode)
		set("hash-alg", c.Hash)
	}
	if v := e.IVGen; v != nil && e.Cipher != nil {
		set("ivgen-alg", v.Name)
		set("ivgen-hash-alg", v.Hash)
	}
	set("iter-time", s.iterTime)
	return out
}
