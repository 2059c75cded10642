package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// complete reports whether everything must be there.
func complete() bool { return os.Getenv("GOVIRTD_CI") == "1" }

// Missing ends the test because something it needs is not there.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if complete() {
		t.Fatalf("missing: "+format, args...)
	}
	t.Skipf("missing: "+format, args...)
}

// Tool finds a program, or ends the test.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "%s", name)
	}
	return path
}

// Root is the folder of the module.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// TempDir is a temporary folder with a short name: the path of a unix socket has room for 107 characters only, and the
// folders of testing.T carry the name of the test.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "gv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
