package cpumap

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// reference is where the chroot of the reference has its map: that of libvirt
// 11.3.0. GOVIRTD_CPU_MAP names another place.
func reference(t *testing.T) *Map {
	t.Helper()
	dir := os.Getenv("GOVIRTD_CPU_MAP")
	if dir == "" {
		dir = "/var/cache/govirtd/trixie" + Dir
	}
	m, err := Load(dir)
	if errors.Is(err, os.ErrNotExist) {
		if os.Getenv("GOVIRTD_CI") == "1" {
			t.Fatal(err)
		}
		t.Skipf("no CPU map of libvirt 11.3.0: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// baseline answers as virConnectBaselineCPU.
func baseline(m *Map, docs [][]byte, expand bool) (string, error) {
	var hosts []*domxml.HostCPU
	for _, doc := range docs {
		h, err := domxml.ParseHostCPU(doc)
		if err != nil {
			return "", err
		}
		hosts = append(hosts, h)
	}
	c, err := m.Baseline(hosts, BaselineOptions{Expand: expand})
	if err != nil {
		return "", err
	}
	return string(domxml.FormatCPU(c)), nil
}

// cpus are the <cpu> elements of a document of the corpus.
func cpus(t *testing.T, doc []byte) [][]byte {
	t.Helper()
	var list struct {
		XMLName xml.Name
		CPUs    []struct {
			Attrs []xml.Attr `xml:",any,attr"`
			Inner []byte     `xml:",innerxml"`
		} `xml:"cpu"`
	}
	if err := xml.Unmarshal(doc, &list); err != nil {
		t.Fatal(err)
	}
	if list.XMLName.Local == "cpu" {
		return [][]byte{doc}
	}
	var out [][]byte
	for _, c := range list.CPUs {
		text := "<cpu"
		for _, a := range c.Attrs {
			text += " " + a.Name.Local + "='" + a.Value + "'"
		}
		out = append(out, []byte(text+">"+string(c.Inner)+"</cpu>"))
	}
	return out
}

// TestBaseline asks for every recorded answer.
func TestBaseline(t *testing.T) {
	m := reference(t)
	same := 0
	for _, a := range corpus.Answers(t, "ref1130-test", "cpu-baseline") {
		var row struct{ Flags uint32 }
		if err := json.Unmarshal(a.Raw, &row); err != nil {
			t.Fatal(err)
		}
		doc, err := os.ReadFile(filepath.Join(corpus.Dir(t), "cpu", a.In))
		if err != nil {
			t.Fatal(err)
		}
		got, err := baseline(m, cpus(t, doc), row.Flags != 0)
		if !a.OK {
			var e *vir.Error
			if errors.As(err, &e) && int32(e.Code) == a.Error.Code && int32(e.Domain) == a.Error.Domain && e.Message == a.Error.Message {
				same++
				continue
			}
			t.Errorf("%s %d: %v, want %+v", a.Name, row.Flags, err, a.Error)
			continue
		}
		if got != a.XML {
			t.Errorf("%s %d: %v\n%s", a.Name, row.Flags, err, corpus.Diff([]string{a.XML}, got))
			continue
		}
		same++
	}
	t.Logf("%d answers are the recorded ones", same)
	if same != 334 {
		t.Errorf("%d answers are the recorded ones, want 334", same)
	}
}

// TestDifference7BaselineModel: the reference says SandyBridge here, with 8
// features added and 2 taken away.
func TestDifference7BaselineModel(t *testing.T) {
	m := reference(t)
	c, err := m.Baseline([]*domxml.HostCPU{{Arch: "x86_64", Model: "Opteron_G4-v1", Vendor: "Intel"}}, BaselineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Model.Name != "Westmere" || len(c.Features) != 12 {
		t.Errorf("the model is %s with %d features", c.Model.Name, len(c.Features))
	}
}
