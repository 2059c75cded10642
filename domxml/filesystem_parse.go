package domxml

import (
	"fmt"
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

func (f *Filesystem) parsed(*decoder, node) error {
	if f.Type == "" {
		f.Type = "mount"
	}
	var err error
	if f.FMode, err = octal(f.FMode, "fmode"); err != nil {
		return err
	}
	if f.DMode, err = octal(f.DMode, "dmode"); err != nil {
		return err
	}
	if f.MultiDevs == "default" {
		f.MultiDevs = ""
	}
	if f.Driver != nil {
		if f.Driver.Type == "default" {
			f.Driver.Type = ""
		}
		if f.Driver.WRPolicy == "default" {
			f.Driver.WRPolicy = ""
		}
	}
	if err := f.parsedSource(); err != nil {
		return err
	}
	external := f.Driver != nil && f.Driver.Type == "virtiofs" && f.Source.Socket != ""
	if f.AccessMode == "" && !external {
		f.AccessMode = "passthrough"
	}
	if f.IDMap != nil {
		f.IDMap.sort()
	}
	return nil
}

// octal is a mode with four digits.
func octal(s, name string) (string, error) {
	if s == "" {
		return "", nil
	}
	n, err := strconv.ParseUint(s, 8, 32)
	if err != nil || n > 0o777 {
		return "", errXML("invalid %s: '%s'", name, s)
	}
	return fmt.Sprintf("%04o", n), nil
}

func (f *Filesystem) parsedSource() error {
	s := f.Source
	if s == nil {
		s = &FilesystemSource{}
	}
	target := ""
	if f.Target != nil {
		target = f.Target.Dir
	}
	k := FilesystemSource{}
	name := ""
	switch f.Type {
	case "mount", "bind":
		k.Dir, k.Socket = s.Dir, s.Socket
		if name = s.Dir; name == "" {
			name = s.Socket
		}
	case "file":
		k.File, name = s.File, s.File
	case "block":
		k.Dev, name = s.Dev, s.Dev
	case "template":
		k.Name, name = s.Name, s.Name
	case "volume":
		k.Pool, k.Volume, name = s.Pool, s.Volume, s.Pool
	case "ram":
		bytes, err := scaleNumber(s.Usage, s.Units, 1024, 1<<63)
		if err != nil {
			return err
		}
		k.Usage, k.Units, name = toKiB(bytes), "KiB", "ram"
	}
	switch {
	case name == "" && target == "":
		e := vir.NewError(vir.FromDomain, vir.ErrNoSource)
		return e
	case name == "":
		return vir.Errorf(vir.FromDomain, vir.ErrNoSource, "%s", target)
	case target == "":
		return vir.Errorf(vir.FromDomain, vir.ErrNoTarget, "%s", name)
	}
	f.Source = &k
	return nil
}
