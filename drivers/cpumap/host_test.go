package cpumap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
)

// TestHostCPU takes real processors apart that the reference has named, and
// names them again.
func TestHostCPU(t *testing.T) {
	m := reference(t)
	names, err := filepath.Glob(filepath.Join(corpus.Dir(t), "cpu", "in", "x86_64-cpuid-*-host.xml"))
	if err != nil || len(names) < 30 {
		t.Fatalf("%d processors: %v", len(names), err)
	}
	for _, name := range names {
		doc, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := domxml.ParseHostCPU(doc)
		if err != nil {
			t.Fatal(err)
		}
		if want.Model == "" {
			continue
		}
		data, err := m.x86.report(want, m.x86.model[want.Model])
		if err != nil {
			t.Fatal(err)
		}
		got := m.HostCPU("x86_64", m.processor(data, want.Vendor, want.Signature))
		if a, b := string(domxml.FormatHostCPU(got)), string(domxml.FormatHostCPU(want)); a != b {
			t.Errorf("%s: %s", filepath.Base(name), corpus.Diff(strings.Split(b, "\n"), a))
		}
	}
}

// processor is one that reports some data.
func (m *Map) processor(data x86Data, vendor string, s *domxml.CPUSignature) Registers {
	return func(msr bool, leaf, sub uint32) (a, b, c, d uint32) {
		if !msr && leaf == 0 {
			for text, name := range m.x86.strings {
				if name == vendor {
					le := func(s string) uint32 {
						return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
					}
					return 0, le(text[0:]), le(text[8:]), le(text[4:])
				}
			}
		}
		get := func(register byte) uint32 {
			if at, ok := m.x86.places[place{msr, leaf, sub, register}]; ok && at < len(data) {
				return data[at]
			}
			return 0
		}
		if a = get('a'); !msr && leaf == 1 {
			family := min(s.Family, 15)
			a = uint32(s.Stepping | s.Model&0xf<<4 | family<<8 | s.Model>>4<<16 | (s.Family-family)<<20)
		}
		return a, get('b'), get('c'), get('d')
	}
}

// TestUnknownHostCPU has a processor that knows nothing.
func TestUnknownHostCPU(t *testing.T) {
	m := reference(t)
	got := m.HostCPU("x86_64", func(bool, uint32, uint32) (a, b, c, d uint32) { return 0, 0, 0, 0 })
	if got.Model != "" || got.Vendor != "" || len(got.Features) > 0 {
		t.Errorf("%s", domxml.FormatHostCPU(got))
	}
	if got := m.HostCPU("aarch64", nil); got.Arch != "aarch64" || got.Model != "" {
		t.Errorf("%s", strings.TrimSpace(string(domxml.FormatHostCPU(got))))
	}
}
