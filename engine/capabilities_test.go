package engine_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// aboutDomain is the name of a recorded question about a kind of domain.
var aboutDomain = regexp.MustCompile(`^domcapabilities arch=(\S+) machine=(\S+) virttype=(\S+)$`)

// TestHostDocuments asks for every recorded document about the host and the
// domains it may have.
func TestHostDocuments(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	documents := map[string]string{}
	same := 0
	for _, a := range corpus.Answers(t, "ref1130-test", "misc") {
		var row struct {
			SameAs string `json:"same_as"`
		}
		if err := json.Unmarshal(a.Raw, &row); err != nil {
			t.Fatal(err)
		}
		want := a.XML
		if row.SameAs != "" {
			want = documents[row.SameAs]
		}
		documents[a.Name] = want
		got, err := hostDocument(s, a.Name)
		if !a.OK {
			var e *vir.Error
			if !errors.As(err, &e) || int32(e.Code) != a.Error.Code || int32(e.Domain) != a.Error.Domain || e.Message != a.Error.Message {
				t.Errorf("%s: %v, want %+v", a.Name, err, a.Error)
				continue
			}
		} else if err != nil || got != want {
			t.Errorf("%s: %v\n%s", a.Name, err, got)
			continue
		}
		same++
	}
	if same != 75 {
		t.Errorf("%d answers are the recorded ones, want 75", same)
	}
}

func hostDocument(s *session, name string) (string, error) {
	switch name {
	case "capabilities":
		r, err := do(s, remoteproto.ConnectGetCapabilities, &proc.Void{})
		if err != nil {
			return "", err
		}
		return r.Capabilities, nil
	case "sysinfo":
		r, err := do(s, remoteproto.ConnectGetSysinfo, &remoteproto.ConnectGetSysinfoArgs{})
		if err != nil {
			return "", err
		}
		return r.Sysinfo, nil
	case "pool-capabilities":
		_, err := do(s, remoteproto.ConnectGetStoragePoolCapabilities, &remoteproto.ConnectGetStoragePoolCapabilitiesArgs{})
		return "", err
	}
	m := aboutDomain.FindStringSubmatch(name)
	if m == nil {
		return "", errors.New("unknown question")
	}
	named := func(s string) *string {
		if s == "None" {
			return nil
		}
		return &s
	}
	r, err := do(s, remoteproto.ConnectGetDomainCapabilities, &remoteproto.ConnectGetDomainCapabilitiesArgs{
		Arch: named(m[1]), Machine: named(m[2]), Virttype: named(m[3]),
	})
	if err != nil {
		return "", err
	}
	return r.Capabilities, nil
}

// TestDifference6DomainCapabilitiesEscape: the reference writes the machine as
// it was named, which is no XML where that has a '<'.
func TestDifference6DomainCapabilitiesEscape(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	machine := "m<'&"
	r := must(t, s, remoteproto.ConnectGetDomainCapabilities, &remoteproto.ConnectGetDomainCapabilitiesArgs{Machine: &machine, Emulatorbin: new(string)})
	const want = "<domainCapabilities>\n  <path></path>\n  <domain>test</domain>\n  <machine>m&lt;&apos;&amp;</machine>\n"
	if got := r.Capabilities[:min(len(want), len(r.Capabilities))]; got != want {
		t.Errorf("got %s", got)
	}
}
