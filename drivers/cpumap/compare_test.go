package cpumap

import (
	"errors"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// document reads a <cpu>.
func document(t *testing.T, text string) Document {
	t.Helper()
	host, guest, err := domxml.ParseAnyCPU([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Document{Host: host, Guest: guest}
}

// TestCompare has answers of the reference about a host of this kind.
func TestCompare(t *testing.T) {
	m := reference(t)
	host := document(t, `<cpu><arch>x86_64</arch><model>Skylake-Server-v1</model><vendor>Intel</vendor><feature name='hypervisor'/><feature name='gfni'/></cpu>`).Host
	named := func(model, more string) string {
		return "<cpu match='exact'><model>" + model + "</model>" + more + "</cpu>"
	}
	const fails = vir.CPUCompareError
	for _, c := range []struct {
		doc    string
		result vir.CPUCompareResult
		why    string
	}{
		{string(domxml.FormatHostCPU(host)), vir.CPUCompareIdentical, ""},
		{"<cpu><arch>x86_64</arch><model>Skylake-Server-v1</model><feature name='gfni'/></cpu>", vir.CPUCompareSuperset, ""},
		{"<cpu><arch>x86_64</arch><model>Skylake-Server-v1</model><feature name='3dnow'/></cpu>", vir.CPUCompareIncompatible,
			"Host CPU does not provide required features: 3dnow"},
		{"<cpu><arch>i686</arch><model>486</model></cpu>", vir.CPUCompareSuperset, ""},
		{"<cpu><arch>ppc64</arch><model>POWER8</model></cpu>", vir.CPUCompareIncompatible, "CPU arch ppc64 does not match host arch"},
		{named("486", ""), vir.CPUCompareSuperset, ""},
		{"<cpu match='minimum'><model>486</model></cpu>", vir.CPUCompareSuperset, ""},
		{"<cpu match='strict'><model>Skylake-Server-v1</model><feature policy='require' name='gfni'/></cpu>", vir.CPUCompareIncompatible,
			"Host CPU does not strictly match guest CPU: Extra features: hypervisor"},
		{named("EPYC", ""), vir.CPUCompareIncompatible,
			"Host CPU does not provide required features: clflushopt, sha-ni, svm, cr8legacy, sse4a, misalignsse, osvw, mmxext, fxsr_opt"},
		{named("EPYC", "<vendor>AMD</vendor>"), vir.CPUCompareIncompatible, "host CPU vendor does not match required CPU vendor AMD"},
		{named("486", "<vendor>Intel</vendor>"), vir.CPUCompareSuperset, ""},
		{named("Skylake-Server-v1", "<feature policy='optional' name='3dnow'/>"), vir.CPUCompareSuperset, ""},
		{named("Skylake-Server-v1", "<feature policy='force' name='3dnow'/>"), vir.CPUCompareSuperset, ""},
		{named("Skylake-Server-v1", "<feature policy='forbid' name='gfni'/>"), vir.CPUCompareIncompatible, "Host CPU provides forbidden features: gfni"},
		{named("Skylake-Server-v1", "<feature policy='disable' name='gfni'/>"), vir.CPUCompareSuperset, ""},
		{named("bogus", ""), fails, "internal error: Unknown CPU model bogus"},
		{named("486", "<feature policy='require' name='bogus'/>"), fails, "internal error: Unknown CPU feature bogus"},
		{"<cpu mode='host-passthrough'/>", vir.CPUCompareSuperset, ""},
		{"<cpu mode='host-model'/>", vir.CPUCompareSuperset, ""},
		{"<cpu mode='maximum'/>", vir.CPUCompareSuperset, ""},
		{"<cpu><topology sockets='1' cores='2' threads='1'/></cpu>", vir.CPUCompareSuperset, ""},
	} {
		result, why, err := m.Compare(host, document(t, c.doc))
		if err != nil {
			why = err.Error()
		}
		if result != c.result || why != c.why {
			t.Errorf("%s: %d %s", c.doc, result, why)
		}
	}
}

// tcg is a processor of QEMU without KVM, as far as the tests need it: what its
// models lack is what QEMU 10.0 says.
func tcg(m *Map) GuestQuery {
	lacking := map[string]string{
		"Skylake-Server":    "pcid tsc-deadline hle invpcid rtm avx512f avx512dq avx512cd avx512bw avx512vl xsavec",
		"Skylake-Server-v1": "pcid tsc-deadline hle invpcid rtm avx512f avx512dq avx512cd avx512bw avx512vl xsavec",
		"Skylake-Client":    "pcid tsc-deadline hle invpcid rtm xsavec",
		"Broadwell-noTSX":   "pcid tsc-deadline invpcid", "Broadwell": "pcid tsc-deadline hle invpcid rtm",
		"Haswell-noTSX": "pcid tsc-deadline invpcid", "Haswell": "pcid tsc-deadline hle invpcid rtm", "IvyBridge": "tsc-deadline",
		"SandyBridge": "tsc-deadline", "EPYC": "vme xsavec misalignsse osvw topoext fxsr_opt nrip-save",
	}
	models := map[string]bool{"486": true, "Westmere": true, "Nehalem": true}
	for name := range lacking {
		models[name] = true
	}
	return GuestQuery{
		Has:     func(model string) bool { return models[model] },
		Lacking: func(model string) []string { return strings.Fields(lacking[model]) },
		Stays:   []string{"invtsc"},
	}
}

// TestCompareGuest has answers of the reference about QEMU without KVM.
func TestCompareGuest(t *testing.T) {
	m := reference(t)
	q := tcg(m)
	best := document(t, `<cpu match='exact'><model>EPYC</model><vendor>AMD</vendor><feature policy='require' name='erms'/>
<feature policy='disable' name='vme'/><feature policy='disable' name='xsavec'/><feature policy='disable' name='misalignsse'/>
<feature policy='disable' name='osvw'/><feature policy='disable' name='topoext'/><feature policy='disable' name='fxsr_opt'/>
<feature policy='disable' name='nrip-save'/></cpu>`).Guest
	for doc, want := range map[string]string{
		// QEMU has it though the best processor lacks one of its features.
		"<cpu match='strict'><model>486</model><vendor>Intel</vendor></cpu>":                  "2 ",
		"<cpu match='exact'><model>EPYC</model></cpu>":                                        "0 Host CPU does not provide required features: vme, xsavec, misalignsse, osvw, fxsr_opt",
		"<cpu><arch>x86_64</arch><model>EPYC</model><vendor>Intel</vendor></cpu>":             "0 host CPU vendor does not match required CPU vendor Intel",
		string(domxml.FormatCPU(best)):                                                        "1 ",
		"<cpu mode='host-model'/>":                                                            "2 ",
		"<cpu match='exact'><model>bogus</model></cpu>":                                       "-1 internal error: Unknown CPU model bogus",
		"<cpu match='exact'><model>486</model><feature policy='disable' name='bogus'/></cpu>": "-1 internal error: Unknown CPU feature bogus",
		"<cpu match='exact'><model>Skylake-Server-v1</model><feature policy='forbid' name='erms'/><feature policy='disable' name='pcid'/><feature policy='require' name='gfni'/></cpu>": "0 Host CPU does not provide required features: " +
			"tsc-deadline, hle, invpcid, rtm, avx512f, avx512dq, avx512cd, avx512bw, avx512vl, xsavec, gfni",
	} {
		result, why, err := m.CompareGuest(best, q.Lacking, document(t, doc))
		if err != nil {
			why = err.Error()
		}
		if got := strings.TrimSpace(strings.Join([]string{map[vir.CPUCompareResult]string{-1: "-1", 0: "0", 1: "1", 2: "2"}[result], why}, " ")); got != strings.TrimSpace(want) {
			t.Errorf("%s: %s", doc, got)
		}
	}
}

// TestBaselineGuest has answers of the reference about QEMU without KVM.
func TestBaselineGuest(t *testing.T) {
	m := reference(t)
	const epyc, skylake = "<cpu><arch>x86_64</arch><model>EPYC</model></cpu>", "<cpu><arch>x86_64</arch><model>Skylake-Server</model></cpu>"
	for _, c := range []struct {
		docs []string
		o    BaselineOptions
		want string
	}{
		{[]string{"<cpu><arch>x86_64</arch><model>486</model></cpu>"}, BaselineOptions{}, "486"},
		{[]string{"<cpu><arch>x86_64</arch><model>486</model></cpu>"}, BaselineOptions{Expand: true}, "486 +fpu +pse +vme"},
		{[]string{"<cpu match='exact'><model>Westmere</model><feature policy='disable' name='aes'/></cpu>"}, BaselineOptions{}, "Westmere -aes"},
		{[]string{skylake}, BaselineOptions{}, "Skylake-Server -pcid -tsc-deadline -hle -invpcid -rtm -avx512f -avx512dq -avx512cd -avx512bw -avx512vl -xsavec -mpx"},
		{[]string{epyc, skylake}, BaselineOptions{}, "Broadwell-noTSX +f16c +rdrand +vme +arat +xsaveopt +xsavec +xgetbv1 +abm +pdpe1gb" +
			" -pcid -x2apic -tsc-deadline -erms -invpcid"},
		{[]string{"<cpu match='exact'><model>486</model><feature policy='require' name='invtsc'/><feature policy='require' name='osxsave'/></cpu>"}, BaselineOptions{}, "486 +invtsc"},
		{[]string{"<cpu match='exact'><model>486</model><feature policy='require' name='invtsc'/></cpu>"}, BaselineOptions{Migratable: true}, "486"},
		{[]string{"<cpu mode='host-passthrough'/>"}, BaselineOptions{}, "invalid argument: no CPU model specified at index 0"},
		{[]string{skylake, "<cpu><topology sockets='1' cores='1' threads='1'/></cpu>"}, BaselineOptions{}, "invalid argument: no CPU model specified at index 1"},
		{[]string{"<cpu><arch>ppc64</arch><model>POWER8</model></cpu>"}, BaselineOptions{}, "internal error: Unknown CPU model POWER8"},
	} {
		var docs []Document
		for _, text := range c.docs {
			docs = append(docs, document(t, text))
		}
		cpu, err := m.BaselineGuest(docs, tcg(m), c.o)
		got := ""
		var e *vir.Error
		if errors.As(err, &e) {
			got = e.Message
		} else {
			got = cpu.Model.Name
			for _, f := range cpu.Features {
				got += map[string]string{"require": " +", "disable": " -"}[f.Policy] + f.Name
			}
		}
		if got != c.want {
			t.Errorf("%v: got  %s\nwant %s", c.docs, got, c.want)
		}
	}
}
