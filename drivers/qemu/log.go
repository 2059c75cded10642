//go:build linux

package qemu

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// logs are the files that guests write their messages to, one for each name.
// A guest can make its process write as much as it likes, and the process
// keeps its descriptor for life, so a file that has grown is copied away and
// made empty while it is in use.
type logs struct {
	dir  string
	max  int64 // bytes of a file
	keep int   // older files
}

// The sizes of the reference's virtlogd.
const (
	logSize    = 2 << 20
	logBackups = 3
)

func (l *logs) path(name string) string { return filepath.Join(l.dir, name+".log") }

// open opens the log of a guest; the offset is where its new part begins.
func (l *logs) open(name string) (f *os.File, offset int64, err error) {
	l.rotate(name)
	f, err = os.OpenFile(l.path(name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// rotate puts what is there aside if it is too much. A file that cannot be
// copied is emptied all the same: the host's disk matters more.
func (l *logs) rotate(name string) {
	path := l.path(name)
	info, err := os.Stat(path)
	if err != nil || info.Size() <= l.max {
		return
	}
	for i := l.keep - 1; i > 0; i-- {
		_ = os.Rename(fmt.Sprintf("%s.%d", path, i-1), fmt.Sprintf("%s.%d", path, i))
	}
	if l.keep > 0 {
		l.copy(path, path+".0")
	}
	_ = os.Truncate(path, 0)
}

// copy keeps the end of a file.
func (l *logs) copy(from, to string) {
	in, err := os.Open(from)
	if err != nil {
		return
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	defer out.Close()
	if info, err := in.Stat(); err == nil && info.Size() > 2*l.max {
		_, _ = in.Seek(-2*l.max, io.SeekEnd)
	}
	_, _ = io.Copy(out, io.LimitReader(in, 2*l.max))
}

// note adds a line of the daemon's own. A log that cannot be written stops
// nothing.
func (l *logs) note(name, format string, args ...any) {
	f, err := os.OpenFile(l.path(name), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.WriteString(logLine(fmt.Sprintf(format, args...)))
}

func logLine(text string) string {
	return time.Now().UTC().Format("2006-01-02 15:04:05.000+0000") + ": " + text + "\n"
}

// maxTail is how much of a log goes into an error.
const maxTail = 8 << 10

// tail is what a process has said since the offset, without the lines that are
// no complaints.
func (l *logs) tail(name string, offset int64) string {
	f, err := os.Open(l.path(name))
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	start := max(offset, info.Size()-maxTail)
	b, err := io.ReadAll(io.NewSectionReader(f, start, maxTail))
	if err != nil {
		return ""
	}
	var lines []string
	for line := range bytes.Lines(b) {
		s := strings.TrimRight(string(line), "\r\n")
		if s != "" && !strings.Contains(s, "char device redirected to") {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n")
}
