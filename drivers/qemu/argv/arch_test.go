package argv

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/corpus"
)

// otherEmulators are the emulators that the reference's tests have of other
// processors.
func otherEmulators(t *testing.T) map[string]*qemucaps.Emulator {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus.Dir(t), "qemucaps", "caps_*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*qemucaps.Emulator{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var caps struct {
			Version uint64 `xml:"version"`
			Arch    string `xml:"arch"`
			Flags   []struct {
				Name string `xml:"name,attr"`
			} `xml:"flag"`
			Machines []struct {
				Name  string `xml:"name,attr"`
				Alias string `xml:"alias,attr"`
				CPU   string `xml:"defaultCPU,attr"`
				RAM   string `xml:"defaultRAMid,attr"`
				ACPI  string `xml:"acpi,attr"`
			} `xml:"machine"`
		}
		if err := xml.Unmarshal(text, &caps); err != nil {
			t.Fatal(err)
		}
		e := &qemucaps.Emulator{Arch: caps.Arch, Version: caps.Version, Types: map[string][]string{}, Options: map[string][]string{}}
		for _, m := range caps.Machines {
			acpi := m.ACPI == "yes"
			if acpi {
				e.Options["machine"] = []string{"acpi"}
			}
			e.Machines = append(e.Machines, qemucaps.Machine{Name: m.Name, Alias: m.Alias, DefaultCPU: m.CPU, DefaultRAM: m.RAM, ACPI: acpi})
		}
		for _, f := range caps.Flags {
			switch f.Name {
			case "thread-context":
				e.Types[f.Name] = nil
			case "blockjob.backing-mask-protocol":
				e.Schema = qemucaps.Schema{
					"block-commit": {Meta: "command", Arg: "arg"}, "bool": {Meta: "builtin"},
					"arg": {Meta: "object", Members: []qemucaps.SchemaMember{{Name: "backing-mask-protocol", Type: "bool"}}},
				}
			}
		}
		out[caps.Arch] = e
	}
	return out
}

// TestOtherProcessors compares with the reference's own tests of emulators of
// other processors, which no host of ours has run: so many are equal.
func TestOtherProcessors(t *testing.T) {
	want := map[string]int{"s390x": 42, "aarch64": 42, "ppc64": 34, "riscv64": 5, "loongarch64": 2}
	emulators := otherEmulators(t)
	dir := filepath.Join(corpus.Dir(t), "domain-qemu")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []goldenRow
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	good, all := map[string]int{}, map[string]int{}
	classes := map[string][]string{}
	for _, r := range rows {
		e := emulators[r.Arch]
		if r.Arch == "x86_64" || r.Expect != "ok" || r.Args == "" || r.Caps != "latest" || !r.HasOut || e == nil {
			continue
		}
		all[r.Arch]++
		d := compareGolden(dir, &r, nil, e)
		if d == "" {
			good[r.Arch]++
			continue
		}
		for _, line := range strings.Split(d, "\n") {
			classes[r.Arch+" "+shape(line)] = append(classes[r.Arch+" "+shape(line)], r.Name)
		}
	}
	t.Logf("equal %v of %v", good, all)
	for arch, n := range want {
		if good[arch] < n {
			t.Errorf("%s: %d were equal before", arch, n)
		}
	}
	report(t, classes)
}
