//go:build linux

package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/protocol/vir"
)

// maxToolOutput bounds what is kept of what a tool says.
const maxToolOutput = 64 << 10

// command is a tool to be run. Files are its descriptors from 3 on: arguments
// name them as fdPath says, and errors by their paths.
type command struct {
	name  string
	args  []string
	files []*os.File
	paths []string // of files, for people
	// objects are arguments of qemu-img that define things for the others.
	objects []string
	owned   []*os.File // to be closed with the command
	// names are what an argument calls a file, and its path.
	names [2]string
	dir   string
	env   []string
}

// fdPath is how a tool opens a descriptor that it was given.
func fdPath(n int) string { return fmt.Sprintf("/proc/self/fd/%d", n) }

// pass gives a file to the tool and returns the argument that names it.
func (c *command) pass(f *os.File, path string) string {
	c.files, c.paths = append(c.files, f), append(c.paths, path)
	return fdPath(2 + len(c.files))
}

func (c *command) close() {
	for _, f := range c.owned {
		f.Close()
	}
}

// run runs a tool to its end and gives what it has printed, and its exit status;
// -1 where it has none.
func (s *Storage) run(ctx context.Context, c *command) (out []byte, status int, err error) {
	path, err := s.cfg.Tool(c.name)
	if err != nil {
		return nil, -1, systemError(vir.FromNone, syscall.ENOENT, "Cannot find '%s' in path", c.name)
	}
	cmd := exec.CommandContext(ctx, path, c.args...)
	cmd.ExtraFiles, cmd.Dir = c.files, c.dir
	cmd.Env = append([]string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}, c.env...)
	var printed, complaint bounded
	cmd.Stdout, cmd.Stderr = &printed, &complaint
	err = cmd.Run()
	if err == nil {
		return printed.Bytes(), 0, nil
	}
	if ctx.Err() != nil {
		return nil, -1, vir.Errorf(vir.FromStorage, vir.ErrOperationAborted, "%s was stopped: the caller has gone", c.name)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return nil, -1, systemError(vir.FromNone, err, "Cannot run '%s'", path)
	}
	how := fmt.Sprintf("exit status %d", exit.ExitCode())
	if st, ok := exit.Sys().(syscall.WaitStatus); ok && st.Signaled() {
		how = fmt.Sprintf("fatal signal %d", st.Signal())
	}
	return printed.Bytes(), exit.ExitCode(), vir.Errorf(vir.FromNone, vir.ErrInternalError, "Child process (%s) unexpected %s: %s",
		c.forPeople(path+" "+quoteAll(c.args)), how, c.forPeople(complaint.String()))
}

// leftover is what qemu-img complains of when it cannot remove what it has not
// finished. The file is ours, and we do.
var leftover = regexp.MustCompile(`qemu-img: Error when deleting file /proc/self/fd/.*\n`)

// forPeople puts the paths of files in place of their descriptors.
func (c *command) forPeople(text string) string {
	text = leftover.ReplaceAllString(text, "")
	for i := len(c.paths); i > 0; i-- {
		text = strings.ReplaceAll(text, fdPath(2+i), c.paths[i-1])
	}
	if c.names[0] != "" {
		text = strings.ReplaceAll(text, c.names[0], c.names[1])
	}
	return text
}

// quoteAll writes arguments as a shell would need them.
func quoteAll(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'`\\$&;|<>()*?[]{}#~!") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out[i] = a
	}
	return strings.Join(out, " ")
}

// bounded keeps the beginning of what is written.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if room := maxToolOutput - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
