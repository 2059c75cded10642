//go:build linux

package node

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/govirtd/govirtd/protocol/vir"
)

// tree makes a host of files; names are relative to the root.
func tree(files map[string]string) (*Host, fstest.MapFS) {
	root := fstest.MapFS{}
	for name, content := range files {
		root[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644, ModTime: time.Unix(0, 0)}
	}
	h := &Host{root: root, arch: "x86_64", cpuid: func(uint32, uint32) (a, b, c, d uint32) { return 0, 0, 0, 0 }}
	h.write = func(name, content string) error {
		f, ok := root[name]
		if !ok {
			return &fs.PathError{Op: "write", Path: name, Err: fs.ErrNotExist}
		}
		f.Data = []byte(content + "\n")
		return nil
	}
	return h, root
}

// refused fails unless err is the reference's.
func refused(t *testing.T, err error, code vir.ErrorNumber, domain vir.ErrorDomain, text string) {
	t.Helper()
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != code || e.Domain != domain || e.Message != text {
		t.Errorf("got %v, want %d/%d %s", err, code, domain, text)
	}
}

func TestParseList(t *testing.T) {
	for text, want := range map[string]int{"": 0, "0": 1, "0-3,8": 5, "1,3,5-6": 4} {
		if got, err := parseList(text); err != nil || len(got) != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"a", "3-1", "0-99999", "-1", "0,,1", "0-60000,0-60000"} {
		if got, err := parseList(text); err == nil {
			t.Errorf("%q: %d numbers", text, len(got))
		}
	}
}
