package daemon

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSockDir(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	if got := SockDir("/srv/x"); got != "/srv/x/run/libvirt" {
		t.Errorf("below a root: %s", got)
	}
	want := "/run/user/7/libvirt"
	if os.Geteuid() == 0 {
		want = "/run/libvirt"
	}
	if got := SockDir(""); got != want {
		t.Errorf("by default: %s, want %s", got, want)
	}
	rw, ro := Config{SockDir: "/d"}.Sockets()
	if rw != filepath.FromSlash("/d/libvirt-sock") || ro != filepath.FromSlash("/d/libvirt-sock-ro") {
		t.Errorf("sockets %s and %s", rw, ro)
	}
}
