package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/transcript"
)

// Virsh is a stock virsh.
type Virsh struct {
	Version string
	argv    []string // what stands before virsh's own arguments
}

// NativeVirsh is the virsh of this machine.
func NativeVirsh(t testing.TB) *Virsh {
	t.Helper()
	return virsh(t, Tool(t, "virsh"))
}

// ChrootVirsh is the virsh 11.3.0 of the chroot. It runs outside of the chroot, with the chroot's loader and libraries,
// so that it needs no privileges and sees the same files as everybody.
func ChrootVirsh(t testing.TB) *Virsh {
	t.Helper()
	root := Chroot(t)
	loaders, _ := filepath.Glob(filepath.Join(root, "usr/lib*/ld-linux-*.so.*"))
	libraries, _ := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-gnu"))
	if len(loaders) == 0 || len(libraries) == 0 {
		Missing(t, "loader and libraries in %s", root)
	}
	return virsh(t, loaders[0], "--argv0", "virsh", "--library-path", strings.Join(libraries, ":"), filepath.Join(root, "usr/bin/virsh"))
}

func virsh(t testing.TB, argv ...string) *Virsh {
	t.Helper()
	out, err := exec.Command(argv[0], append(argv[1:], "--version")...).Output()
	if err != nil {
		t.Fatalf("%s --version: %v", argv, err)
	}
	return &Virsh{Version: strings.TrimSpace(string(out)), argv: argv}
}

// limit is the time one virsh may take before its answer counts as none.
const limit = 10 * time.Second

// Command prepares a call of virsh in a working directory, with the environment of the recording.
func (v *Virsh) Command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, v.argv[0], append(v.argv[1:len(v.argv):len(v.argv)], args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + dir}
	cmd.SysProcAttr = sysProcAttr()
	cmd.WaitDelay = time.Second
	return cmd
}

// GaveUp is the exit status of a call that did not end in time.
const GaveUp = -2

// Run calls virsh and returns its answer as it is printed here.
func (v *Virsh) Run(place transcript.Place, env map[string]string, stdin string, args ...string) transcript.Answer {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := v.Command(ctx, place.WorkDir, args...)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return transcript.Answer{Exit: GaveUp, Stdout: stdout.String(), Stderr: stderr.String() + "\nthe test gave up: " + err.Error()}
	}
	return transcript.Answer{Exit: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}
