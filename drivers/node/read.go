//go:build linux

package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// maxFile bounds what is read of one file; the largest is /proc/cpuinfo of a
// host with very many processors.
const maxFile = 16 << 20

// read gives the content of a file.
func (h *Host) read(name string) (string, error) {
	f, err := h.root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	return string(text), err
}

// word is the content of a file of one line; "" where there is none.
func (h *Host) word(name string) string {
	text, err := h.read(name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// number is the content of a file with one; ok is false where there is none.
func (h *Host) number(name string) (n uint64, ok bool) {
	n, err := strconv.ParseUint(h.word(name), 10, 64)
	return n, err == nil
}

// list is a file with numbers in the kernel's short form: 0-3,8.
func (h *Host) list(name string) ([]int, error) {
	text, err := h.read(name)
	if err != nil {
		return nil, err
	}
	return parseList(strings.TrimSpace(text))
}

// maxList is more than there are processors or nodes anywhere.
const maxList = 1 << 16

func parseList(text string) ([]int, error) {
	var out []int
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "-")
		from, err := strconv.ParseUint(first, 10, 16)
		to := from
		if err == nil && ranged {
			to, err = strconv.ParseUint(last, 10, 16)
		}
		if err != nil || to < from || len(out)+int(to-from) >= maxList {
			return nil, fmt.Errorf("list of numbers %.100q", text)
		}
		for n := from; n <= to; n++ {
			out = append(out, int(n))
		}
	}
	return out, nil
}

// numbered are the entries of a folder whose names are a prefix and a number,
// by number.
func (h *Host) numbered(dir, prefix string) []int {
	entries, err := fs.ReadDir(h.root, dir)
	if err != nil {
		return nil
	}
	var out []int
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), prefix)
		if n, err := strconv.ParseUint(rest, 10, 16); ok && err == nil {
			out = append(out, int(n))
		}
	}
	slices.Sort(out)
	return out
}

// exists reports whether there is a file.
func (h *Host) exists(name string) bool {
	_, err := fs.Stat(h.root, name)
	return !errors.Is(err, fs.ErrNotExist)
}
