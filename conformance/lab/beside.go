package lab

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Beside starts govirtd on the very host that a reference runs on: in its namespaces, with the same emulators, devices
// and files. It keeps its own state elsewhere, and is gone before the reference.
func Beside(t testing.TB, reference *Daemon, flags ...string) *Daemon {
	t.Helper()
	nsenter := Tool(t, "nsenter")
	dir := filepath.Join(filepath.Dir(reference.SocketDir), "beside")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// Guests have a user of their own, who has to get here.
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	// Of the machine outside, the reference sees its own folder only.
	binary := filepath.Join(dir, "govirtd")
	text, err := os.ReadFile(Govirtd(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(binary, text, 0o755); err != nil {
		t.Fatal(err)
	}
	// Nothing of the caller's environment, as for the reference: it shows in answers.
	argv := []string{"/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		nsenter, "-t", strconv.Itoa(reference.PID), "-m", "-n", "-p", "-r", "-w",
		binary, "--sock-dir", filepath.Join(dir, "s"), "--root", filepath.Join(dir, "r")}
	d := start(t, "govirtd beside "+reference.Name, dir, append(argv, flags...)...)
	d.PID = child(d.PID) // nsenter waits for it
	return d
}
