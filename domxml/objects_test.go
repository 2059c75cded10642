package domxml_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// kinds are the documents of objects beside domains: parsed, completed if the
// kind has something to complete, and written.
var kinds = map[string]func(doc []byte, flags domxml.FormatFlags) ([]byte, error){
	"interface": func(doc []byte, flags domxml.FormatFlags) ([]byte, error) {
		v, err := domxml.ParseHostInterface(doc)
		if err != nil {
			return nil, err
		}
		return domxml.FormatHostInterface(v, flags)
	},
	"nodedev": func(doc []byte, flags domxml.FormatFlags) ([]byte, error) {
		v, err := domxml.ParseNodeDevice(doc)
		if err != nil {
			return nil, err
		}
		return domxml.FormatNodeDevice(v, flags)
	},
	"secret": func(doc []byte, flags domxml.FormatFlags) ([]byte, error) {
		v, err := domxml.ParseSecret(doc)
		if err != nil {
			return nil, err
		}
		v.Generate(zeros)
		return domxml.FormatSecret(v, flags)
	},
	"nwfilter": func(doc []byte, flags domxml.FormatFlags) ([]byte, error) {
		v, err := domxml.ParseNWFilter(doc)
		if err != nil {
			return nil, err
		}
		v.Generate(zeros)
		return domxml.FormatNWFilter(v, flags)
	},
	"nwfilterbinding": func(doc []byte, flags domxml.FormatFlags) ([]byte, error) {
		v, err := domxml.ParseNWFilterBinding(doc)
		if err != nil {
			return nil, err
		}
		return domxml.FormatNWFilterBinding(v, flags)
	},
}

func zeros([]byte) {}

// describe is an error as the recorded answers have it.
func describe(err error) string {
	var e *vir.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("%T %v", err, err)
	}
	return fmt.Sprintf("%d/%d %s", e.Code, e.Domain, e.Message)
}

// TestGoldens compares with the documents of the reference's own tests, and
// wants a second pass to change nothing.
func TestGoldens(t *testing.T) {
	for kind, pass := range kinds {
		t.Run(kind, func(t *testing.T) {
			equal, errs := 0, 0
			for _, e := range corpus.Index(t, kind) {
				got, err := pass(e.Input(t), 0)
				switch {
				case e.Expect == "error":
					errs++
					// quirks-invalid is only invalid for the schema
					if err == nil && e.Out == "" {
						t.Errorf("%s: no error", e.Name)
					}
					continue
				case err != nil && e.Expect == "unknown":
					continue
				case err != nil:
					t.Errorf("%s: %s", e.Name, describe(err))
					continue
				}
				if e.Expect == "ok" {
					if d := corpus.Diff(strings.Split(string(e.Golden(t)), "\n"), string(got)); d != "" {
						t.Errorf("%s:\n%s", e.Name, d)
					}
					equal++
				}
				again, err := pass(got, 0)
				if err != nil || string(again) != string(got) {
					t.Errorf("%s: the second pass gives %v\n%s", e.Name, err, again)
				}
			}
			t.Logf("%d goldens, %d errors", equal, errs)
		})
	}
}

// TestInactiveNodeDevices are written without what only an active one has.
func TestInactiveNodeDevices(t *testing.T) {
	n := 0
	for _, e := range corpus.Index(t, "nodedev") {
		name := filepath.Join(corpus.Dir(t), "nodedev", "out", e.Name+"_inactive.xml")
		want, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		n++
		got, err := kinds["nodedev"](e.Input(t), domxml.FormatInactive)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s:\n%s", e.Name, got)
		}
	}
	if n == 0 {
		t.Error("no goldens")
	}
}

// TestRecordedAnswers compares with what a running libvirtd 11.3.0 said.
func TestRecordedAnswers(t *testing.T) {
	for kind, folder := range map[string]string{"interface": "ref1130-test", "secret": "ref1130-qemu", "nwfilter": "ref1130-qemu"} {
		answers := corpus.Answers(t, folder, kind)
		for _, a := range corpus.AnswersFile(t, corpus.Facts(t, "probes-1130.jsonl")) {
			if a.Kind == kind {
				answers = append(answers, a)
			}
		}
		for _, a := range answers {
			doc := corpus.Raw(a.Input)
			if a.In != "" {
				var err error
				if doc, err = os.ReadFile(filepath.Join(corpus.Dir(t), kind, a.In)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := kinds[kind](doc, 0)
			switch want := fmt.Sprintf("%d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message); {
			case a.OK && err != nil:
				t.Errorf("%s %s%s: %s", kind, a.Name, a.Label, describe(err))
			case !a.OK && err == nil:
				t.Errorf("%s %s%s: no error, want %s", kind, a.Name, a.Label, want)
			case !a.OK && describe(err) != want:
				t.Errorf("%s %s%s: %s, want %s", kind, a.Name, a.Label, describe(err), want)
			case a.OK:
				if d := corpus.Diff(a.Want(doc), string(got)); d != "" {
					t.Errorf("%s %s%s:\n%s", kind, a.Name, a.Label, d)
				}
			}
		}
		t.Logf("%s: %d answers", kind, len(answers))
	}
}

// TestObservedDocuments compares with what libvirtd 11.3.0 said to many small
// documents (testdata/objects.jsonl): node devices and interfaces at
// test:///, the others at qemu:///system.
func TestObservedDocuments(t *testing.T) {
	f, err := os.Open("testdata/objects.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	n := map[string]int{}
	for s.Scan() {
		var r struct{ Kind, Input, Output string }
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		n[r.Kind]++
		pass := kinds[r.Kind]
		if r.Kind == "nodedev" {
			pass = completedNodeDevice
		}
		b, err := pass([]byte(r.Input), 0)
		got := string(b)
		if err != nil {
			got = "E" + describe(err)
		}
		if got != r.Output {
			t.Errorf("%s\n got %s\nwant %s", r.Input, got, r.Output)
		}
	}
	t.Log(n)
}

func completedNodeDevice(doc []byte, flags domxml.FormatFlags) ([]byte, error) {
	v, err := domxml.ParseNodeDevice(doc)
	if err != nil {
		return nil, err
	}
	v.Complete()
	return domxml.FormatNodeDevice(v, flags)
}

// TestDifference23Comment: a comment stays what it is, wherever the other
// conditions of the rule stand.
func TestDifference23Comment(t *testing.T) {
	f, err := domxml.ParseNWFilter([]byte("<filter name='f'><rule action='drop' direction='in'><tcp comment='c'/><tcp dscp='5'/></rule></filter>"))
	if err != nil {
		t.Fatal(err)
	}
	tcp := f.Entries[0].Rule.TCP
	if len(tcp) != 1 || tcp[0].Comment == nil || *tcp[0].Comment != "c" || tcp[0].DSCP != "5" {
		t.Errorf("%+v", tcp)
	}
}

// FuzzObjects: no document makes a parser panic, and what one has written it
// reads again.
func FuzzObjects(f *testing.F) {
	for _, doc := range []string{
		"<interface type='bridge' name='b'><bridge><interface type='ethernet' name='e'/></bridge></interface>",
		"<device><name>d</name><capability type='net'><interface>e</interface></capability></device>",
		"<secret><usage type='iscsi'><target>t</target></usage></secret>",
		"<filter name='f'><rule action='drop' direction='in'><tcp srcipaddr='$A[@1]' match='no'/></rule></filter>",
		"<filterbinding><portdev name='p'/></filterbinding>",
	} {
		for kind := range kinds {
			f.Add(kind, doc)
		}
	}
	f.Fuzz(func(t *testing.T, kind, doc string) {
		pass := kinds[kind]
		if pass == nil {
			return
		}
		got, err := pass([]byte(doc), 0)
		if err != nil {
			return
		}
		if _, err := pass(got, 0); err != nil && !strings.ContainsAny(doc, "\t\n\r&") {
			t.Errorf("%s of\n%s\n cannot be read: %v", got, doc, err)
		}
	})
}
