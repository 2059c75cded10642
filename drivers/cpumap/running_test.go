package cpumap

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestRunning compares with the CPUs of running guests of libvirtd 11.3.0 and
// QEMU 10.0 (testdata/observed/running-cpu.jsonl), of which that emulator has
// said which features they have.
func TestRunning(t *testing.T) {
	m := reference(t)
	text, err := os.ReadFile("../../testdata/observed/running-cpu.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var r struct {
			CPU   string
			Words []struct {
				Register string `json:"cpuid-register"`
				Leaf     uint32 `json:"cpuid-input-eax"`
				Sub      uint32 `json:"cpuid-input-ecx"`
				Features uint32
			}
			Lacks, Registers []string
			XML              string
			Error            []any
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		cpuid := m.Has(func(msr bool, leaf, sub uint32) (a, b, c, d uint32) {
			for _, w := range r.Words {
				if !msr && w.Leaf == leaf && w.Sub == sub {
					*map[string]*uint32{"EAX": &a, "EBX": &b, "ECX": &c, "EDX": &d}[w.Register] = w.Features
				}
			}
			return a, b, c, d
		})
		var lacks []string
		for _, name := range r.Lacks {
			if f, ok := m.Feature(name); ok {
				lacks = append(lacks, f)
			}
		}
		c, err := domxml.ParseCPU([]byte(r.CPU))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Settle(c); err != nil {
			t.Fatal(err)
		}
		err = m.Running(c, func(f string) bool { return cpuid(f) || slices.Contains(r.Registers, f) }, lacks)
		if r.Error != nil {
			var e *vir.Error
			if !errors.As(err, &e) || float64(e.Code) != r.Error[0] || e.Message != r.Error[2] {
				t.Errorf("%s: %v, want %v", r.CPU, err, r.Error)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", r.CPU, err)
			continue
		}
		want := strings.ReplaceAll(strings.TrimPrefix(r.XML, "  "), "\n  ", "\n")
		if got := string(domxml.FormatCPU(c)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", r.CPU, got, want)
		}
	}
}

// TestSettle refuses what nobody knows.
func TestSettle(t *testing.T) {
	m := reference(t)
	for doc, want := range map[string]string{
		"<cpu mode='custom'><model>Nehalem</model><feature policy='require' name='sse3'/></cpu>": "unsupported configuration: unknown CPU feature: sse3",
		"<cpu mode='custom'><model>max</model></cpu>":                                            "internal error: Unknown CPU model max",
	} {
		c, err := domxml.ParseCPU([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Settle(c); err == nil || err.Error() != want {
			t.Errorf("%s: %v", doc, err)
		}
	}
}
