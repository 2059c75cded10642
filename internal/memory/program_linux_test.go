package memory

import (
	"os"
	"slices"
	"testing"
)

// TestMappings: what is writable, of another file, or has been changed is left alone.
func TestMappings(t *testing.T) {
	got := mappings([]byte(`00400000-00989000 r-xp 00000000 fe:00 12345                              /usr/sbin/govirtd
Rss:                5220 kB
Anonymous:             0 kB
00989000-01339000 r--p 00589000 fe:00 12345                              /usr/sbin/govirtd
Anonymous:             0 kB
01339000-0134a000 r--p 00589000 fe:00 12345                              /usr/sbin/govirtd
Anonymous:             4 kB
0134a000-01368000 rw-p 00f39000 fe:00 12345                              /usr/sbin/govirtd
Anonymous:             0 kB
7f0000000000-7f0000100000 r-xp 00000000 fe:00 777                        /usr/lib/libc.so.6
Anonymous:             0 kB
7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0                          [stack]
Anonymous:             0 kB
`), "/usr/sbin/govirtd")
	if want := []mapping{{0x400000, 0x989000}, {0x989000, 0x1339000}}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	if len(mappings(maps, exe)) == 0 {
		t.Error("nothing of our own")
	}
	Settle() // and live on
}
