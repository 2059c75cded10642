//go:build linux

package node

import (
	"bytes"
	"os"
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

func testdata(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSysinfo reads a table that the reference was shown, too; sysinfo.xml is
// its answer.
func TestSysinfo(t *testing.T) {
	h, _ := tree(map[string]string{
		dmiDir + "smbios_entry_point": testdata(t, "smbios/smbios_entry_point"),
		dmiDir + "DMI":                testdata(t, "smbios/DMI"),
	})
	got, err := h.Sysinfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := testdata(t, "smbios/sysinfo.xml"); got != want {
		t.Errorf("%s", got)
	}
}

func TestNoSysinfo(t *testing.T) {
	h, _ := tree(nil)
	_, err := h.Sysinfo(t.Context())
	refused(t, err, vir.ErrConfigUnsupported, vir.FromQEMU, "unsupported configuration: Host SMBIOS information is not available")
}

// TestDamagedSysinfo cuts the table everywhere: what is before the cut is told.
func TestDamagedSysinfo(t *testing.T) {
	entry, table := testdata(t, "smbios/smbios_entry_point"), testdata(t, "smbios/DMI")
	for cut := range table {
		h, _ := tree(map[string]string{dmiDir + "smbios_entry_point": entry, dmiDir + "DMI": table[:cut]})
		if _, err := h.Sysinfo(t.Context()); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

// FuzzSMBIOS must not fall over whatever a firmware says.
func FuzzSMBIOS(f *testing.F) {
	table, err := os.ReadFile("testdata/smbios/DMI")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(table)
	f.Fuzz(func(t *testing.T, table []byte) {
		for _, s := range parseSMBIOS(table) {
			if len(s.data) < 4 || bytes.IndexByte(s.data, s.kind) < 0 {
				t.Error("a structure without its header")
			}
		}
		h, _ := tree(map[string]string{
			dmiDir + "smbios_entry_point": "_SM3_\x00\x18\x03\x02", dmiDir + "DMI": string(table)})
		if _, err := h.Sysinfo(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
