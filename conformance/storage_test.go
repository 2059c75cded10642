package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

var recordStorage = flag.Bool("storage.record", false, "write down what libvirtd 11.3.0 answers to the steps of testdata/storage.steps")

// storageStep is one line of testdata/storage.steps with the answer to it.
type storageStep struct {
	Step string `json:"step"`
	transcript.Answer
	file string // what "file" writes
}

// storageSteps reads the story.
func storageSteps(t *testing.T) (steps []storageStep) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "storage.steps"))
	if err != nil {
		t.Fatal(err)
	}
	var file *storageStep
	for line := range strings.Lines(string(text)) {
		bare := strings.TrimSpace(line)
		switch {
		case file != nil && bare == "end":
			steps, file = append(steps, *file), nil
		case file != nil:
			file.file += line
		case bare == "" || strings.HasPrefix(bare, "#"):
		case strings.HasPrefix(bare, "file "):
			file = &storageStep{Step: bare}
		default:
			steps = append(steps, storageStep{Step: bare})
		}
	}
	return steps
}

// storageVaries is what differs from one run to the next, or with the file system and the version of qemu-img.
var storageVaries = []struct {
	of   *regexp.Regexp // the step
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`^pool-info`), regexp.MustCompile(`(?m)^(Capacity|Allocation|Available): .*`), "$1: N"},
	{regexp.MustCompile(`^pool-dumpxml`), regexp.MustCompile(`bytes'>[1-9]\d*<`), "bytes'>N<"},
	{regexp.MustCompile(`^vol-dumpxml`), regexp.MustCompile(`<(.)time>.*</.time>`), "<${1}time>N</${1}time>"},
	{regexp.MustCompile(`^vol-dumpxml (image|over|disk|rich)`), regexp.MustCompile(`<(allocation|physical) unit='bytes'>\d+<`), "<$1 unit='bytes'>N<"},
	{regexp.MustCompile(`^vol-info image`), regexp.MustCompile(`(Allocation: +).*`), "${1}N"},
	{regexp.MustCompile(`^vol-list dir --details`), regexp.MustCompile(`(?m)(file +\S+ \S+) +\S+ \S+$`), "$1 N"},
	{regexp.MustCompile(`^vol-`), regexp.MustCompile(`Child process \(.*\) unexpected`), "Child process (...) unexpected"},
	// The columns are as wide as the folder's name is long.
	{regexp.MustCompile(`^vol-list`), regexp.MustCompile(`-{5,}`), "-----"},
	{regexp.MustCompile(`^vol-list`), regexp.MustCompile(` {2,}`), "  "},
	{regexp.MustCompile(`^vol-`), regexp.MustCompile(` +\n`), "\n"},
	{regexp.MustCompile(`^pool-`), regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`^pool-(create-as|define-as)`), regexp.MustCompile(`Child process \(.*\) unexpected(?s:.*)`), "Child process (...) unexpected"},
}

// tellStorage tells the story to the storage driver of a daemon.
func tellStorage(t *testing.T, d *lab.Daemon, virsh *lab.Virsh) []storageStep {
	t.Helper()
	uri := "qemu+unix:///system?socket=" + d.Socket()
	steps := storageSteps(t)
	for i := range steps {
		s := &steps[i]
		name, rest, _ := strings.Cut(s.Step, " ")
		switch name {
		case "file":
			text := strings.ReplaceAll(s.file, "$DIR", d.WorkDir)
			if err := os.WriteFile(filepath.Join(d.WorkDir, rest), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		case "sh":
			cmd := exec.Command("/bin/sh", "-c", rest)
			cmd.Dir = d.WorkDir
			out, err := cmd.CombinedOutput()
			if s.Stdout = string(out); err != nil {
				s.Exit = 1
			}
		default:
			var args []string
			for _, a := range strings.Fields(s.Step) {
				args = append(args, strings.ReplaceAll(a, "$DIR", d.WorkDir))
			}
			s.Answer = virsh.Run(d.Place, nil, "", append([]string{"-c", uri}, args...)...)
		}
		for _, text := range []*string{&s.Stdout, &s.Stderr} {
			*text = strings.ReplaceAll(*text, d.WorkDir, "$DIR")
			for _, v := range storageVaries {
				if v.of.MatchString(s.Step) {
					*text = v.what.ReplaceAllString(*text, v.by)
				}
			}
		}
	}
	return steps
}

// storageRecord is where the answers of libvirtd 11.3.0 to that virsh are.
func storageRecord() string {
	return filepath.Join("..", "testdata", "observed", "storage-driver.jsonl")
}

// compareStorage compares a telling with what is recorded.
func compareStorage(t *testing.T, virsh *lab.Virsh, got []storageStep) {
	t.Helper()
	f, err := os.Open(storageRecord())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := json.NewDecoder(bufio.NewReader(f))
	var head struct{ Virsh string }
	if err := lines.Decode(&head); err != nil {
		t.Fatal(err)
	}
	if head.Virsh != virsh.Version {
		lab.Missing(t, "virsh %s, with which the answers were recorded", head.Virsh)
	}
	for _, g := range got {
		if strings.HasPrefix(g.Step, "file ") {
			continue
		}
		var want storageStep
		if err := lines.Decode(&want); err != nil || want.Step != g.Step {
			t.Fatalf("the record has %q where the story has %q (%v); run with -storage.record", want.Step, g.Step, err)
		}
		if g.Answer != want.Answer {
			t.Errorf("%s\n got exit %d\n%s%swant exit %d\n%s%s", g.Step, g.Exit, g.Stdout, g.Stderr, want.Exit, want.Stdout, want.Stderr)
		}
	}
}

// TestStorageDriver tells a story about pools and volumes in directories to govirtd, and to libvirtd 11.3.0 where it is:
// the answers are those that a libvirtd has given once.
func TestStorageDriver(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		lab.Missing(t, "root, since volumes are given to other users")
	}
	virsh := lab.NativeVirsh(t)
	lab.Tool(t, "qemu-img")
	t.Run("govirtd", func(t *testing.T) {
		d := lab.Start(t, "--qemu", "real", "--qemu-user", "root")
		compareStorage(t, virsh, tellStorage(t, d, virsh))
	})
	t.Run("libvirtd 11.3.0", func(t *testing.T) {
		got := tellStorage(t, lab.Reference(t), virsh)
		if *recordStorage {
			var out bytes.Buffer
			lines := json.NewEncoder(&out)
			lines.SetEscapeHTML(false)
			lines.Encode(struct{ Virsh, Libvirtd string }{virsh.Version, "11.3.0"})
			for _, s := range got {
				if !strings.HasPrefix(s.Step, "file ") {
					lines.Encode(s)
				}
			}
			if err := os.WriteFile(storageRecord(), out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		compareStorage(t, virsh, got)
	})
}
