package transcript

import (
	"path/filepath"
	"slices"
	"strings"
)

// RecordedDir is the working directory of the recording.
const RecordedDir = "/run/libvirt/t"

// Place is where one daemon of this run is reached and where its client works.
type Place struct {
	SocketDir string // holds libvirt-sock and libvirt-sock-ro
	WorkDir   string
}

// Argv is the recorded argument list (without the program) as it must read here.
func (p Place) Argv(recorded []string) []string {
	readOnly := slices.Contains(recorded, "-r") || slices.Contains(recorded, "--readonly")
	var argv []string
	for _, a := range recorded[1:] {
		argv = append(argv, p.uri(strings.ReplaceAll(a, RecordedDir, p.WorkDir), readOnly))
	}
	return argv
}

// Text is recorded text (the content of a file, of a variable) as it must read here.
func (p Place) Text(recorded string) string {
	return strings.ReplaceAll(recorded, RecordedDir, p.WorkDir)
}

// uri adds the socket to a URI that leads to the daemon. A URI that names its own socket or asks for the socket of
// another daemon (mode=direct) is about exactly that and stays.
func (p Place) uri(arg string, readOnly bool) string {
	scheme, rest, ok := strings.Cut(arg, "://")
	if !ok || !strings.HasSuffix(scheme, "+unix") || strings.Contains(rest, "socket=") || strings.Contains(rest, "mode=") {
		return arg
	}
	separator := "?"
	if strings.Contains(rest, "?") {
		separator = "&"
	}
	return arg + separator + "socket=" + p.Socket(readOnly)
}

// Socket is the path of one of the daemon's two sockets.
func (p Place) Socket(readOnly bool) string {
	if readOnly {
		return filepath.Join(p.SocketDir, "libvirt-sock-ro")
	}
	return filepath.Join(p.SocketDir, "libvirt-sock")
}

// Recorded puts text printed here into the words of the recording: without the socket, with the recorded directory.
func (p Place) Recorded(text string) string {
	for _, socket := range []string{p.Socket(true), p.Socket(false)} { // the longer one first
		text = strings.ReplaceAll(text, "?socket="+socket, "")
		text = strings.ReplaceAll(text, "&socket="+socket, "")
	}
	return strings.ReplaceAll(text, p.WorkDir, RecordedDir)
}
