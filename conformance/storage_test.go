package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
)

var recordStorage = flag.Bool("storage.record", false, "write down what libvirtd 11.3.0 answers to the steps of testdata/storage.steps")

// storageVaries is what differs from one run to the next, or with the file system and the version of qemu-img.
var storageVaries = []variation{
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
func tellStorage(t *testing.T, d *lab.Daemon, virsh *lab.Virsh) []storyStep {
	t.Helper()
	steps := storySteps(t, "storage.steps")
	for i := range steps {
		steps[i].Answer = masked(d, steps[i].Step, tellStep(t, d, virsh, steps[i]), storageVaries)
	}
	return steps
}

// storageRecord is where the answers of libvirtd 11.3.0 to that virsh are.
func storageRecord() string {
	return filepath.Join("..", "testdata", "observed", "storage-driver.jsonl")
}

// compareStorage compares a telling with what is recorded.
func compareStorage(t *testing.T, virsh *lab.Virsh, got []storyStep) {
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
		var want storyStep
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
