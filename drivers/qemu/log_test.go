//go:build linux

package qemu

import (
	"os"
	"strings"
	"testing"
)

func TestLog(t *testing.T) {
	l := &logs{dir: t.TempDir(), max: 1000, keep: 3}
	var held *os.File
	for i := range 6 {
		f, offset, err := l.open("g")
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			held = f
			if offset != 0 {
				t.Errorf("a new log begins at %d", offset)
			}
		} else {
			defer f.Close()
		}
		if i == 5 {
			// The process that came first still writes, into the file that is there.
			if _, err := held.WriteString("the last word\n"); err != nil {
				t.Fatal(err)
			}
			if s := l.tail("g", offset); s != "the last word" {
				t.Errorf("tail %q", s)
			}
			break
		}
		if _, err := f.WriteString(strings.Repeat(string(rune('a'+i)), 1200) + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	held.Close()
	for name, first := range map[string]string{"g.log.0": "e", "g.log.1": "d", "g.log.2": "c"} {
		b, err := os.ReadFile(l.dir + "/" + name)
		if err != nil || len(b) != 1201 || string(b[:1]) != first {
			t.Errorf("%s has %d bytes, %.3q, %v", name, len(b), b, err)
		}
	}
	if list, _ := os.ReadDir(l.dir); len(list) != 4 {
		t.Errorf("%d files", len(list))
	}
	if info, err := os.Stat(l.dir + "/g.log"); err != nil || info.Size() > 100 {
		t.Errorf("the log has %v, %v", info, err)
	}
}

func TestTail(t *testing.T) {
	l := &logs{dir: t.TempDir(), max: 1 << 20, keep: 1}
	f, _, err := l.open("g")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("old\n"); err != nil {
		t.Fatal(err)
	}
	f2, offset, err := l.open("g")
	if err != nil {
		t.Fatal(err)
	}
	defer f2.Close()
	for _, s := range []string{"char device redirected to /dev/pts/7 (label charserial0)\n", "qemu: one\r\n", "\n", "qemu: two\n"} {
		if _, err := f2.WriteString(s); err != nil {
			t.Fatal(err)
		}
	}
	if s := l.tail("g", offset); s != "qemu: one\nqemu: two" {
		t.Errorf("tail %q", s)
	}
	l.note("g", "shutting down, reason=%s", "destroyed")
	if s := l.tail("g", offset); !strings.HasSuffix(s, ": shutting down, reason=destroyed") {
		t.Errorf("tail %q", s)
	}
	if _, err := f2.WriteString(strings.Repeat("x", 3*maxTail)); err != nil {
		t.Fatal(err)
	}
	if s := l.tail("g", offset); len(s) != maxTail {
		t.Errorf("%d bytes", len(s))
	}
}
