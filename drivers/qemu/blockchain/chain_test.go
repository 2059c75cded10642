package blockchain

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
)

// host is a file system in memory.
type host map[string]string

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func (h host) open(path string) (Image, error) {
	b, ok := h[filepath.Clean(path)]
	if !ok {
		return nil, &os.PathError{Op: "open", Path: path, Err: unix.ENOENT}
	}
	return memory{bytes.NewReader([]byte(b))}, nil
}

// qcow2 is the header of an image on another one; data names a file apart.
func qcow2(backing, format, data string) string {
	b := make([]byte, 104)
	copy(b, "QFI\xfb")
	binary.BigEndian.PutUint32(b[4:], 3)
	binary.BigEndian.PutUint32(b[20:], 16)
	binary.BigEndian.PutUint64(b[24:], 1<<20)
	binary.BigEndian.PutUint32(b[96:], 4)
	binary.BigEndian.PutUint32(b[100:], 104)
	extension := func(kind uint32, text string) {
		b = binary.BigEndian.AppendUint32(b, kind)
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
		b = append(b, make([]byte, -len(text)&7)...)
	}
	if format != "" {
		extension(0xe2792aca, format)
	}
	if data != "" {
		binary.BigEndian.PutUint64(b[72:], 4) // external data
		extension(0x44415441, data)
	}
	extension(0, "")
	if backing != "" {
		binary.BigEndian.PutUint64(b[8:], uint64(len(b)))
		binary.BigEndian.PutUint32(b[16:], uint32(len(backing)))
		b = append(b, backing...)
	}
	return string(append(b, make([]byte, 65536)...))
}

var images = host{
	"/d/base": qcow2("", "", ""), "/d/raw": strings.Repeat("\x00", 1<<16), "/d/mid": qcow2("base", "qcow2", ""),
	"/d/top": qcow2("/d/mid", "qcow2", ""), "/d/nofmt": qcow2("base", "", ""), "/d/nofmtraw": qcow2("raw", "", ""),
	"/d/nofmtmid": qcow2("mid", "", ""), "/d/rawfmt": qcow2("mid", "raw", ""), "/d/odd": qcow2("base", "host_device", ""),
	"/d/loop": qcow2("loop2", "qcow2", ""), "/d/loop2": qcow2("loop", "qcow2", ""), "/d/up": qcow2("../d/base", "qcow2", ""),
	"/d/lost": qcow2("nowhere", "qcow2", ""), "/d/ext": qcow2("", "", "data"), "/d/data": "x", "/d/onext": qcow2("ext", "qcow2", ""),
	"/d/extlost": qcow2("", "", "nodata"), "/d/isnot": qcow2("raw", "qcow2", ""),
	"/d/json":     qcow2(`json:{"driver":"qcow2","file":{"driver":"file","filename":"/d/base"}}`, "qcow2", ""),
	"/d/jsonnbd":  qcow2(`json:{"driver":"raw","file":{"driver":"nbd","server":{"type":"inet","host":"h","port":"1"},"export":"e"}}`, "raw", ""),
	"/d/jsonflat": qcow2(`json:{"file.driver":"nbd","file.server.type":"unix","file.server.path":"/s"}`, "raw", ""),
	"/d/jsonfile": qcow2(`json:{"driver":"file","filename":"/d/mid"}`, "qcow2", ""),
	"/d/jsonbad":  qcow2(`json:{"driver":`, "qcow2", ""),
	"/d/file":     qcow2("file:/d/base", "qcow2", ""), "/d/nbd": qcow2("nbd://localhost:99/x", "raw", ""),
	"/d/nbdunix": qcow2("nbd+unix:///x?socket=/s", "raw", ""), "/d/nbdold": qcow2("nbd:h:77:exportname=e", "raw", ""),
	"/d/http": qcow2("https://h/p/i?a=b", "qcow2", ""), "/d/ssh": qcow2("ssh://u@h/p", "raw", ""),
	"/d/v": "KDMV\x01\x00\x00\x00" + strings.Repeat("\x00", 1024), "/d/onv": qcow2("v", "vmdk", ""),
}

// text is a chain on one line.
func text(k *domxml.Disk) string {
	var b strings.Builder
	place := func(s *domxml.DiskSource) {
		fmt.Fprintf(&b, "%s%s%s", s.File, s.Dev, s.Protocol)
		if s.Protocol != "" {
			fmt.Fprintf(&b, "|%s|%s|%v", s.Name, s.Query, s.Hosts)
		}
		if s.DataStore != nil {
			fmt.Fprintf(&b, "+%s", s.DataStore.Source.File)
		}
	}
	place(k.Source)
	for s := k.BackingStore; ; s = s.Store {
		switch {
		case s == nil:
			return b.String() + " ?"
		case s.Source == nil:
			return b.String() + " ."
		}
		fmt.Fprintf(&b, " < %s ", s.Format.Type)
		place(s.Source)
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct{ image, format, want string }{
		{"/d/base", "qcow2", "/d/base ."},
		{"/d/top", "qcow2", "/d/top < qcow2 /d/mid < qcow2 /d/base ."},
		{"/d/top", "raw", "/d/top ."},
		{"/d/top", "", "/d/top ."},
		{"/d/top", "qed", "/d/top ."},
		{"/d/raw", "qcow2", "/d/raw ."},
		{"/d/isnot", "qcow2", "/d/isnot < qcow2 /d/raw ."},
		{"/d/nofmt", "qcow2", "/d/nofmt < qcow2 /d/base ."},
		{"/d/nofmtraw", "qcow2", "/d/nofmtraw < raw /d/raw ."},
		{"/d/nofmtmid", "qcow2", "Requested operation is not valid: format of backing image '/d/mid' of image '/d/nofmtmid' was not specified in the image metadata (See https://libvirt.org/kbase/backing_chains.html for troubleshooting)"},
		{"/d/rawfmt", "qcow2", "/d/rawfmt < raw /d/mid ."},
		{"/d/odd", "qcow2", "/d/odd < raw /d/base ."},
		{"/d/loop", "qcow2", "internal error: backing store for /d/loop is self-referential or too deeply nested"},
		{"/d/up", "qcow2", "/d/up < qcow2 /d/../d/base ."},
		{"/d/lost", "qcow2", "Cannot access backing file '/d/nowhere' of storage file '/d/lost' (as us): No such file or directory"},
		{"/d/gone", "qcow2", "Cannot access storage file '/d/gone' (as us): No such file or directory"},
		{"/d/gone", "raw", "Cannot access storage file '/d/gone' (as us): No such file or directory"},
		{"/d/ext", "qcow2", "/d/ext+/d/data ."},
		{"/d/onext", "qcow2", "/d/onext < qcow2 /d/ext+/d/data ."},
		{"/d/extlost", "qcow2", "Cannot access backing file '/d/nodata' of storage file '/d/extlost' (as us): No such file or directory"},
		{"/d/json", "qcow2", "internal error: missing parser implementation for JSON backing volume driver 'qcow2'"},
		{"/d/jsonnbd", "qcow2", "/d/jsonnbd < raw nbd|e||[{h 1  }] ."},
		{"/d/jsonflat", "qcow2", "/d/jsonflat < raw nbd|||[{ 0 unix /s}] ."},
		{"/d/jsonfile", "qcow2", "/d/jsonfile < qcow2 /d/mid < qcow2 /d/base ."},
		{"/d/jsonbad", "qcow2", "internal error: failed to parse JSON backing volume definition '{\"driver\":'"},
		{"/d/file", "qcow2", "internal error: invalid backing protocol 'file'"},
		{"/d/nbd", "qcow2", "/d/nbd < raw nbd|x||[{localhost 99  }] ."},
		{"/d/nbdunix", "qcow2", "/d/nbdunix < raw nbd|x||[{ 0 unix /s}] ."},
		{"/d/nbdold", "qcow2", "/d/nbdold < raw nbd|e||[{h 77  }] ."},
		{"/d/http", "qcow2", "/d/http < qcow2 https|p/i|a=b|[{h 443  }] ?"},
		{"/d/ssh", "qcow2", "/d/ssh ?"},
		{"/d/onv", "qcow2", "/d/onv < vmdk /d/v ."},
	} {
		k := &domxml.Disk{Type: domxml.DiskFile, Source: &domxml.DiskSource{File: c.image}}
		if c.format != "" {
			k.Driver = &domxml.DiskDriver{Type: c.format}
		}
		got := ""
		if err := Detect(k, Options{As: " (as us)", Open: images.open}); err != nil {
			got = err.Error()
		} else {
			got = text(k)
		}
		if got != c.want {
			t.Errorf("%s as %q:\n got %s\nwant %s", c.image, c.format, got, c.want)
		}
	}
}

// TestDetectBelow has chains that the document begins.
func TestDetectBelow(t *testing.T) {
	store := func(file, format string, next *domxml.BackingStore) *domxml.BackingStore {
		return &domxml.BackingStore{Type: domxml.DiskFile, Format: &domxml.ImageFormat{Type: format}, Source: &domxml.DiskSource{File: file}, Store: next}
	}
	for _, c := range []struct {
		name  string
		image string
		store *domxml.BackingStore
		want  string
	}{
		{"ended", "/d/top", &domxml.BackingStore{}, "/d/top ."},
		{"one named", "/d/nofmtmid", store("/d/top", "qcow2", nil), "/d/nofmtmid < qcow2 /d/top < qcow2 /d/mid < qcow2 /d/base ."},
		{"ended below", "/d/top", store("/d/mid", "qcow2", &domxml.BackingStore{}), "/d/top < qcow2 /d/mid ."},
		{"raw below", "/d/top", store("/d/mid", "raw", nil), "/d/top < raw /d/mid ."},
		{"gone", "/d/top", store("/d/gone", "raw", nil), "Cannot access storage file '/d/gone': No such file or directory"},
		{"gone and ended", "/d/gone", &domxml.BackingStore{}, "Cannot access storage file '/d/gone': No such file or directory"},
	} {
		k := &domxml.Disk{Type: domxml.DiskFile, Driver: &domxml.DiskDriver{Type: "qcow2"}, Source: &domxml.DiskSource{File: c.image}, BackingStore: c.store}
		got := ""
		if err := Detect(k, Options{Open: images.open}); err != nil {
			got = err.Error()
		} else {
			got = text(k)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestDepth has a chain without end that is no loop.
func TestDepth(t *testing.T) {
	deep := host{}
	for i := range 500 {
		deep[fmt.Sprintf("/d/%d", i)] = qcow2(fmt.Sprint(i+1), "qcow2", "")
	}
	k := &domxml.Disk{Type: domxml.DiskFile, Driver: &domxml.DiskDriver{Type: "qcow2"}, Source: &domxml.DiskSource{File: "/d/0"}}
	if err := Detect(k, Options{Open: deep.open}); err == nil || !strings.HasSuffix(err.Error(), "or too deeply nested") {
		t.Errorf("error %v", err)
	}
}

// TestOpen has what is no image: a pipe must not be waited for.
func TestOpen(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	k := &domxml.Disk{Type: domxml.DiskFile, Driver: &domxml.DiskDriver{Type: "qcow2"}, Source: &domxml.DiskSource{File: pipe}}
	if err := Detect(k, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := text(k); got != pipe+" ." {
		t.Errorf("chain %s", got)
	}
}

func FuzzBacking(f *testing.F) {
	for _, name := range []string{
		"base", "/d/base", "nbd://h:1/x", "nbd:unix:/s:exportname=e", `json:{"driver":"raw","file":{"driver":"file","filename":"x"}}`,
		`json:{"file.file.file.driver":"nbd"}`, "http://[::1]:99999/", "json:{}", ":", "a:b",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := backing(name, "/d/image")
		if err == nil && s != nil && (s.Source == nil || s.Type == "") {
			t.Errorf("%q gives %+v", name, s)
		}
	})
}
