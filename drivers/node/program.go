//go:build linux

package node

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// programDirs are where programs of the host are looked for.
var programDirs = []string{"/usr/local/bin", "/usr/bin", "/bin"}

// Program is the path of a program of the host, "" where it has none.
func Program(name string) string { return program(programDirs, name) }

func program(dirs []string, name string) string {
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// programTime is how long a program of the host may take to tell about itself.
const programTime = 5 * time.Second

// TPMVersions are the versions of TPMs that the host can emulate: those that
// its swtpm can set up. It runs a program.
func TPMVersions(ctx context.Context) []string { return tpmVersions(ctx, programDirs, programTime) }

func tpmVersions(ctx context.Context, dirs []string, timeout time.Duration) []string {
	setup := program(dirs, "swtpm_setup")
	if setup == "" || program(dirs, "swtpm") == "" || program(dirs, "swtpm_ioctl") == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, setup, "--print-capabilities")
	cmd.Dir, cmd.Env = "/", []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(out, 64<<10))
	if err2 := cmd.Wait(); err != nil || err2 != nil {
		return nil
	}
	var said struct{ Features []string }
	if json.Unmarshal(text, &said) != nil {
		return nil
	}
	var versions []string
	for _, v := range []string{"1.2", "2.0"} {
		if slices.Contains(said.Features, "tpm-"+v) {
			versions = append(versions, v)
		}
	}
	return versions
}
