package lab

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Guest is the folder with the kernel and the initrd of a guest that boots in seconds, which make guest has made.
func Guest(t testing.TB) string {
	t.Helper()
	return made(t, "GOVIRTD_GUEST", "/var/cache/govirtd/guest")
}

// Clients is the folder with the clients that are used without being installed, which make guest has made.
func Clients(t testing.TB) string {
	t.Helper()
	return made(t, "GOVIRTD_CLIENTS", "/var/cache/govirtd/clients")
}

func made(t testing.TB, variable, usual string) string {
	t.Helper()
	dir := cmp.Or(os.Getenv(variable), usual)
	if !exists(filepath.Join(dir, ".done")) {
		Missing(t, "%s (make guest)", dir)
	}
	return dir
}

// Background runs a program until the test ends, and gives what it says. More variables go into its environment, and
// files behind its standard ones.
func Background(t testing.TB, env []string, files []*os.File, argv ...string) *Log {
	t.Helper()
	log := &Log{}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.ExtraFiles = append(os.Environ(), env...), files
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, sysProcAttr()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(argv[0]), log)
		}
	})
	return log
}
