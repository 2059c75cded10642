package cpumap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
)

// TestGuestCPU takes processors for guests apart that the reference has named,
// from CPUID (guest) and from what QEMU tells (json), and names them again.
func TestGuestCPU(t *testing.T) {
	m := reference(t)
	for kind, least := range map[string]int{"guest": 36, "json": 30} {
		names, err := filepath.Glob(filepath.Join(corpus.Dir(t), "cpu", "in", "x86_64-cpuid-*-"+kind+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		same := 0
		for _, name := range names {
			doc, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := domxml.ParseCPU(doc)
			if err != nil {
				t.Fatal(err)
			}
			if want.Model == nil {
				continue
			}
			q := GuestQuery{Has: func(string) bool { return true }, Lacking: func(string) []string { return nil }}
			for text, vendor := range m.x86.strings {
				if vendor == want.Vendor {
					q.Vendor = text
				}
			}
			if host, err := os.ReadFile(strings.Replace(name, "-"+kind+".xml", "-host.xml", 1)); err == nil {
				h, err := domxml.ParseHostCPU(host)
				if err != nil {
					t.Fatal(err)
				}
				q.Signature = h.Signature
			}
			off := map[string]bool{}
			for _, f := range want.Features {
				off[f.Name] = f.Policy == "disable"
				if f.Policy != "disable" {
					q.Features = append(q.Features, f.Name)
				}
			}
			model := m.x86.model[want.Model.Name]
			for i := range m.x86.features {
				if f := &m.x86.features[i]; model.data.has(f) && !off[f.name] {
					q.Features = append(q.Features, f.name)
				}
			}
			got := m.GuestCPU(q)
			if got.Model.Name != want.Model.Name {
				t.Errorf("%s is %s, want %s", filepath.Base(name), got.Model.Name, want.Model.Name)
				continue
			}
			same++
		}
		if same < least {
			t.Errorf("%s: %d are named as the reference names them, want %d", kind, same, least)
		}
	}
}

func TestFeature(t *testing.T) {
	m := reference(t)
	for emulators, want := range map[string]string{"sse4-1": "sse4.1", "pclmulqdq": "pclmuldq", "lahf-lm": "lahf_lm",
		"tsc-deadline": "tsc-deadline", "sse3": "", "kvmclock": ""} {
		if got, ok := m.Feature(emulators); got != want || ok != (want != "") {
			t.Errorf("%s is %s", emulators, got)
		}
	}
	if !m.FromMSR("rdctl-no") || m.FromMSR("lm") || m.FromMSR("bogus") {
		t.Error("which features are in registers of the model")
	}
	if vendor, ok := m.Vendor("EPYC"); vendor != "AMD" || !ok {
		t.Errorf("EPYC is of %s", vendor)
	}
	if _, ok := m.Vendor("bogus"); ok {
		t.Error("there is a model bogus")
	}
}
