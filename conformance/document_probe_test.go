package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/internal/corpus"
)

// documentProbes are the small documents that a libvirtd 11.3.0 has been given at one of its drivers.
func documentProbes(t *testing.T, uri string) (list []corpus.Answer) {
	for _, a := range corpus.AnswersFile(t, corpus.Facts(t, "probes-1130.jsonl")) {
		// Python cannot say what is not text; the personality's own tests do.
		if a.URI == uri && utf8.Valid(corpus.Raw(a.Input)) {
			list = append(list, a)
		}
	}
	return list
}

// TestDocumentProbes gives them to govirtd through libvirt-python: what it makes of the good ones, and the whole errors about
// the others.
func TestDocumentProbes(t *testing.T) {
	t.Parallel()
	needPython(t)
	t.Run("test", func(t *testing.T) {
		t.Parallel()
		compareDocuments(t, documentProbes(t, "test"), strict(t).URI(), "", nil)
	})
	t.Run("qemu", func(t *testing.T) {
		t.Parallel()
		ref := lab.Reference(t)
		d := lab.Beside(t, ref, "--qemu", "real")
		// the disk of the domain that is looked at while it runs
		disk := fmt.Sprintf("/proc/%d/root/var/lib/libvirt/images/vda.qcow2", ref.PID)
		if err := os.MkdirAll(filepath.Dir(disk), 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(lab.Tool(t, "qemu-img"), "create", "-f", "qcow2", disk, "1M").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		// The recording's machine had the network that is installed with libvirt: the first bridge was taken.
		network := filepath.Join(d.WorkDir, "net.xml")
		if err := os.WriteFile(network, []byte("<network><name>installed</name><bridge name='virbr0'/></network>"), 0o644); err != nil {
			t.Fatal(err)
		}
		uri := "qemu+unix:///system?socket=" + d.Socket()
		if a := lab.NativeVirsh(t).Run(d.Place, nil, "", "-c", uri, "net-define", network); a.Exit != 0 {
			t.Fatal(a.Stderr)
		}
		compareDocuments(t, documentProbes(t, "qemu"), uri, rootOf(d), qemuDocuments)
	})
}

// qemuDocuments are the probes whose answers are other ones, and why.
var qemuDocuments = map[string]string{
	"inactive":   "a transient domain keeps what its start has added in that form, too",
	"migratable": "what a start has added is not told from what a transient domain's document had",
}

var (
	terminal = regexp.MustCompile(`/dev/pts/\d+`)
	resource = regexp.MustCompile(`(?s)  <resource>.*?</resource>\n`)
)

// compareDocuments compares a daemon's answers, whose own files are under state.
func compareDocuments(t *testing.T, list []corpus.Answer, uri, state string, expected map[string]string) {
	var in bytes.Buffer
	for _, a := range list {
		in.Write(append(a.Raw, '\n'))
	}
	cmd := exec.Command(python, script("documents.py"), uri)
	var stdout bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(&stdout)
	var different []string
	known := 0
	for i := range list {
		want := recorded{Answer: list[i]}
		want.Doc = want.Input
		var text json.RawMessage
		if err := answers.Decode(&text); err != nil {
			t.Fatal(err)
		}
		var got corpus.Answer
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		want.OK = want.OK || want.XML != ""
		// Terminals have numbers of the host, and our own files are elsewhere.
		want.XML = terminal.ReplaceAllString(want.XML, "/dev/pts/N")
		got.XML = terminal.ReplaceAllString(strings.ReplaceAll(got.XML, state, ""), "/dev/pts/N")
		// The recording's host had control groups.
		want.XML, got.XML = resource.ReplaceAllString(want.XML, ""), resource.ReplaceAllString(got.XML, "")
		d := unlike(&want, &got)
		if d == "" && !want.OK {
			d = otherError(want.Raw, text)
		}
		name := want.Label
		if want.Answer.Kind != "" {
			name = want.Answer.Kind + ", " + want.Label
		}
		switch {
		case expected[name] == "" && d != "":
			different = append(different, want.Label+" "+want.Input+"\n"+d)
		case expected[name] != "" && d == "":
			t.Errorf("%s no longer differs (%s): take it out", name, expected[name])
		case d != "":
			known++
		}
	}
	t.Logf("%d of %d equal, %d different as listed", len(list)-len(different)-known, len(list), known)
	if len(different) > 0 {
		t.Errorf("%d differences:\n%s", len(different), strings.Join(different, "\n"))
	}
}

// otherError compares the fields of an error that were recorded.
func otherError(want, got json.RawMessage) string {
	var a, b struct{ Error map[string]any }
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(got, &b) != nil {
		return "not an error"
	}
	maps.DeleteFunc(b.Error, func(k string, _ any) bool { _, there := a.Error[k]; return !there })
	x, _ := json.Marshal(a.Error)
	y, _ := json.Marshal(b.Error)
	if !bytes.Equal(x, y) {
		return "recorded " + string(x) + "\ngot      " + string(y)
	}
	return ""
}
