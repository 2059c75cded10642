package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
)

// request is what clients/corpus.py is asked to do.
type request struct {
	Kind    string `json:"kind"`
	Doc     string `json:"doc"`
	Domain  string `json:"domain"`
	Flags   uint32 `json:"flags"`
	Define  uint32 `json:"define,omitempty"`
	Net     string `json:"net"`
	Section string `json:"section"`
	Command string `json:"command"`
	Index   string `json:"index"`
}

// recorded is a request with the answer of libvirtd 11.3.0.
type recorded struct {
	request
	corpus.Answer
}

// TestCorpus sends the documents of the corpus to a running daemon through libvirt-python and compares what it makes of
// them with what libvirtd 11.3.0 made of them.
func TestCorpus(t *testing.T) {
	t.Parallel()
	needPython(t)
	for _, kind := range []struct {
		name  string
		files []string
		// packages are documents that need a package of the recording's machine, where the reference has to do
		// without; ours needs none.
		packages int
	}{
		{"domain", []string{"domain-generic", "domain-active", "domain-other", "domain-qemu"}, 0},
		{"network", []string{"network"}, 0},
		{"storagepool", []string{"storagepool"}, 1},
		{"storagevol", []string{"storagevol"}, 0},
		{"interface", []string{"interface"}, 0},
		{"snapshot", []string{"snapshot"}, 0},
		{"checkpoint", []string{"checkpoint"}, 0},
		{"network-update", []string{"network-update"}, 0},
		{"hotplug", []string{"hotplug"}, 0},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			var list []recorded
			for _, file := range kind.files {
				list = append(list, recordedOf(t, kind.name, file)...)
			}
			var in bytes.Buffer
			for _, r := range list {
				b, err := json.Marshal(r.request)
				if err != nil {
					t.Fatal(err)
				}
				in.Write(append(b, '\n'))
			}
			cmd := exec.Command(python, script("corpus.py"), strict(t).URI())
			var stdout, stderr bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, &stderr)
			}
			answers := json.NewDecoder(&stdout)
			var different []string
			excused := 0
			for _, r := range list {
				var got corpus.Answer
				if err := answers.Decode(&got); err != nil {
					t.Fatal(err)
				}
				if r.OK && strings.Contains(got.Error.Message, "is not a regular file") {
					excused++
					continue // an image that the recording's machine had, and that both daemons look for
				}
				if d := unlike(&r, &got); d != "" {
					different = append(different, r.Name+"\n"+d)
				}
			}
			t.Logf("%s: %d of %d equal, %d for want of a file", kind.name, len(list)-len(different)-excused, len(list), excused)
			allowed := 0
			if *subject == "reference" {
				allowed = kind.packages
			}
			if len(different) > allowed {
				t.Errorf("%d differences:\n%s", len(different), strings.Join(different, "\n"))
			}
		})
	}
}

// recordedOf reads the requests of a kind and their recorded answers.
func recordedOf(t *testing.T, kind, file string) (list []recorded) {
	read := func(parts ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{corpus.Dir(t), file}, parts...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var index []map[string]string
	if kind == "network-update" {
		if err := json.Unmarshal([]byte(read("index.json")), &index); err != nil {
			t.Fatal(err)
		}
	}
	base := ""
	for i, a := range corpus.Answers(t, "ref1130-test", file) {
		if a.Crash {
			continue
		}
		var more struct {
			DomainXML string `json:"domain_xml"`
			Before    string
			Flags     uint32
			Net       string
			Section   string `json:"section_xml"`
		}
		if err := json.Unmarshal(a.Raw, &more); err != nil {
			t.Fatal(err)
		}
		r := recorded{request{Kind: kind, Domain: more.DomainXML, Flags: more.Flags}, a}
		if kind == "network-update" {
			e := index[i] // names are there twice
			if e["name"] != a.Name {
				t.Fatalf("%s is answered for %s", a.Name, e["name"])
			}
			r.Doc = read("section", more.Section+".xml")
			r.Net, r.request.Section, r.Command, r.Index = read("net", more.Net+".xml"), e["section"], e["command"], e["index"]
		} else {
			r.Doc = read(a.In)
		}
		if kind == "hotplug" {
			if base == "" {
				base = more.Before // all begin with the same domain; failures do not show it
			}
			r.Domain = base
		}
		list = append(list, r)
	}
	return list
}

// moment is a number that follows from the time of day.
var moment = regexp.MustCompile(`\b1[67]\d{8}\b`)

// unlike says in which way an answer is another one than the recorded.
func unlike(r *recorded, got *corpus.Answer) string {
	if r.OK != got.OK {
		return fmt.Sprintf("recorded %s\ngot      %s", brief(&r.Answer), brief(got))
	}
	if !r.OK {
		if r.Error != got.Error {
			return fmt.Sprintf("recorded %s\ngot      %s", brief(&r.Answer), brief(got))
		}
		return ""
	}
	want := r.Want([]byte(r.Doc + r.Domain + r.Net))
	for i := range want {
		if want[i] != "*" {
			want[i] = moment.ReplaceAllString(want[i], "NOW")
		}
	}
	return corpus.Diff(want, moment.ReplaceAllString(got.XML, "NOW"))
}

func brief(a *corpus.Answer) string {
	if a.OK {
		return "accepted"
	}
	return fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
}
