package memory

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dropProgram takes the program's own pages out of the process: code and
// constants, which are the file's.
func dropProgram() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range mappings(maps, exe) {
		syscall.Syscall(syscall.SYS_MADVISE, m.begin, m.end-m.begin, syscall.MADV_DONTNEED)
	}
}

type mapping struct{ begin, end uintptr }

// mappings are the places of a file that cannot be written, and of which
// nothing has been: what a loader has changed there would be lost.
//
//	00400000-00989000 r-xp 00000000 fe:00 12345      /usr/sbin/govirtd
//	Rss:                5220 kB
//	Anonymous:             0 kB
func mappings(smaps []byte, file string) (list []mapping) {
	var now mapping
	for line := range bytes.Lines(smaps) {
		words := strings.Fields(string(line))
		switch {
		case len(words) >= 5 && strings.Contains(words[0], "-"):
			now = mapping{}
			if len(words) == 6 && words[5] == file && (words[1] == "r-xp" || words[1] == "r--p") {
				from, to, _ := strings.Cut(words[0], "-")
				begin, err1 := strconv.ParseUint(from, 16, 64)
				end, err2 := strconv.ParseUint(to, 16, 64)
				if err1 == nil && err2 == nil {
					now = mapping{uintptr(begin), uintptr(end)}
				}
			}
		case len(words) == 3 && words[0] == "Anonymous:" && words[1] == "0" && now.end > 0:
			list = append(list, now)
		}
	}
	return list
}
