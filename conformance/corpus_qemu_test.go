package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/internal/corpus"
)

// score says of how many documents a daemon made what the reference made of them, and how many it refused with the same
// code.
type score struct{ documents, codes int }

// qemuKinds are the kinds of the corpus that are defined on qemu:///system.
var qemuKinds = []string{"domain-qemu", "domain-generic", "domain-active", "network", "nwfilter", "secret", "storagepool"}

// everything is all of the corpus: 492, 19, 4, 23, 31, 4 and 23 documents, and 270, 21, 0, 6, 14, 0 and 1 refusals. What
// is equal must stay so; less than 95 of 100 would be a failure anyway.
var everything = map[string]score{
	"domain-qemu": {492, 270}, "domain-generic": {19, 21}, "domain-active": {4, 0}, "network": {23, 6}, "nwfilter": {31, 14},
	"secret": {4, 0}, "storagepool": {23, 1},
}

// sameReleases is all of what both releases of the reference answer alike.
var sameReleases = map[string]score{
	"domain-qemu": {351, 246}, "domain-generic": {15, 21}, "domain-active": {4, 0}, "network": {23, 6}, "nwfilter": {30, 14},
	"secret": {4, 0}, "storagepool": {17, 1},
}

// TestCorpusQEMU defines the documents of the corpus on qemu:///system through libvirt-python and compares them with what
// libvirtd 11.3.0 made of them, on the host where it did so and on the simulated one, which has its emulator. Beside
// that it tells how far this machine's own emulator comes to what libvirtd 9.0.0 said here: not far where the releases
// of libvirt differ, but all the way where they do not.
func TestCorpusQEMU(t *testing.T) {
	needPython(t)
	if *subject != "govirtd" {
		t.Skip("the recordings are the reference's own")
	}
	t.Run("simulated", func(t *testing.T) {
		t.Parallel()
		d := lab.Start(t, "--qemu", "simulated")
		qemuCorpus(t, d, "", "ref1130-qemu").judge(t, "libvirtd 11.3.0", everything)
	})
	t.Run("QEMU 10.0", func(t *testing.T) {
		t.Parallel()
		d := lab.Beside(t, lab.Reference(t), "--qemu", "real", "--qemu-user", "root")
		qemuCorpus(t, d, rootOf(d), "ref1130-qemu").judge(t, "libvirtd 11.3.0", everything)
	})
	t.Run("QEMU 7.2", func(t *testing.T) {
		t.Parallel()
		if os.Getuid() != 0 {
			lab.Missing(t, "root, to be qemu:///system")
		}
		lab.Tool(t, "qemu-system-x86_64")
		d := lab.Start(t, "--qemu", "real", "--qemu-user", "root")
		all := qemuCorpus(t, d, rootOf(d), "ref900-qemu")
		all.judge(t, "libvirtd 9.0.0", nil)
		both := bothReleases(t)
		alike := slices.DeleteFunc(slices.Clone(all), func(r defined) bool { return !both[[2]string{r.kind, r.answer.In}] })
		alike.judge(t, "libvirtd 9.0.0 where 11.3.0 says the same", sameReleases)
	})
}

// machineRelease is in the name of a machine, and the emulator's.
var machineRelease = regexp.MustCompile(`\bpc-(q35|i440fx)-(7\.2|10\.0)\b`)

// bothReleases are the documents of which libvirtd 9.0.0 on QEMU 7.2 said what 11.3.0 on 10.0 said, but for the release
// of the machine: by kind and name.
func bothReleases(t *testing.T) map[[2]string]bool {
	said := func(a *corpus.Answer) string {
		if !a.OK {
			return fmt.Sprint(a.Error.Code)
		}
		return machineRelease.ReplaceAllString(strings.Join(a.Want(nil), "\n"), "pc-$1")
	}
	both := map[[2]string]bool{}
	for _, kind := range qemuKinds {
		newer := map[string]string{}
		for _, a := range corpus.Answers(t, "ref1130-qemu", kind) {
			newer[a.In] = said(&a)
		}
		for _, a := range corpus.Answers(t, "ref900-qemu", kind) {
			if !a.Crash && newer[a.In] == said(&a) {
				both[[2]string{kind, a.In}] = true
			}
		}
	}
	return both
}

// rootOf is the folder that a daemon has all places below.
func rootOf(d *lab.Daemon) string { return filepath.Join(filepath.Dir(d.SocketDir), "r") }

// defined is one document, what the reference made of it, and in which way ours is another answer.
type defined struct {
	kind   string
	answer *corpus.Answer
	equal  bool
	diff   string
}

type definitions []defined

// qemuCorpus compares with the answers in a folder of the corpus. Documents name the places of a daemon, which has its
// own below root.
func qemuCorpus(t *testing.T, d *lab.Daemon, root, folder string) (all definitions) {
	const places = "/var/lib/libvirt/qemu"
	var in bytes.Buffer
	var list []recorded
	for _, kind := range qemuKinds {
		for _, a := range corpus.Answers(t, folder, kind) {
			if a.Crash {
				continue
			}
			doc, err := os.ReadFile(filepath.Join(corpus.Dir(t), kind, a.In))
			if err != nil {
				t.Fatal(err)
			}
			r := recorded{request{Kind: kind, Doc: string(doc), Define: a.DefineFlags}, a}
			list = append(list, r)
			sent := r.request
			if strings.HasPrefix(kind, "domain-") {
				sent.Kind = "domain"
			}
			sent.Doc = strings.ReplaceAll(sent.Doc, places, root+places)
			b, err := json.Marshal(sent)
			if err != nil {
				t.Fatal(err)
			}
			in.Write(append(b, '\n'))
		}
	}
	cmd := exec.Command(python, script("corpus.py"), "qemu+unix:///system?socket="+d.Socket())
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	answers := json.NewDecoder(&stdout)
	for i := range list {
		r := &list[i]
		var a corpus.Answer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		a.XML = strings.ReplaceAll(a.XML, root+places, places)
		one := defined{kind: r.request.Kind, answer: &r.Answer, diff: unlike(r, &a)}
		one.equal = one.diff == "" || !r.OK && !a.OK && a.Error.Code == r.Error.Code
		all = append(all, one)
	}
	return all
}

// judge counts what is equal, prints it, and wants so many at least; nil wants nothing.
func (all definitions) judge(t *testing.T, against string, want map[string]score) {
	t.Helper()
	report := fmt.Sprintf("%s against %s\n", t.Name(), against)
	for _, kind := range qemuKinds {
		var got, of score
		var different []string
		for _, r := range all {
			if r.kind != kind {
				continue
			}
			n, whole := &got.codes, &of.codes
			if r.answer.OK {
				n, whole = &got.documents, &of.documents
			}
			*whole++
			if r.equal {
				*n++
			} else {
				different = append(different, r.answer.Name+"\n"+r.diff)
			}
		}
		report += fmt.Sprintf("  %-15s documents %3d of %3d, codes of errors %3d of %3d\n", kind, got.documents, of.documents, got.codes, of.codes)
		if got.documents < want[kind].documents || got.codes < want[kind].codes {
			t.Errorf("%s: %d documents and %d codes are equal, want %d and %d:\n%s",
				kind, got.documents, got.codes, want[kind].documents, want[kind].codes, strings.Join(different, "\n"))
		}
	}
	progress("%s", report)
}
