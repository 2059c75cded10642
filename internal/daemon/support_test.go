package daemon

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
)

var update = flag.Bool("update", false, "rewrite docs/support.md and verified.gen.go")

// TestSupportPage: the committed table and page are what make gen writes.
func TestSupportPage(t *testing.T) {
	dir := t.TempDir()
	if *update {
		dir = "."
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "./internal/gensupport", "-root", root+"/../..", "-out", dir+"/verified.gen.go")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	same(t, "verified.gen.go", dir+"/verified.gen.go")
	table, err := SupportTable()
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := WriteSupportMarkdown(&page, table); err != nil {
		t.Fatal(err)
	}
	const path = "../../docs/support.md"
	if *update {
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page.Bytes(), want) {
		t.Error("docs/support.md is not what the code says: run make gen")
	}
}

func same(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s is not what the recordings say: run make gen", a)
	}
}

// TestSupportTable checks single lines that must be so.
func TestSupportTable(t *testing.T) {
	table, err := SupportTable()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) != 483 {
		t.Errorf("%d procedures", len(table))
	}
	byName := map[string]Procedure{}
	for _, p := range table {
		byName[p.Program.Name+":"+p.Name] = p
		if p.Bound && p.Kind == proc.KindEvent {
			t.Errorf("%s is a message and has a handler", p.Name)
		}
		if p.Simulated == Works && !p.Bound {
			t.Errorf("%s works by itself", p.Name)
		}
	}
	for name, want := range map[string]State{
		"remote:domain_create": Works, "remote:domain_open_console": Beyond, "remote:domain_migrate_finish": Refused,
		"remote:auth_list": Transport, "keepalive:ping": Transport, "remote:domain_event_lifecycle": Sent,
	} {
		if got := byName[name].Simulated; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if p := byName["remote:connect_get_sysinfo"]; !slices.Equal(p.Needs, []string{"Sysinfoer"}) || !p.Bound {
		t.Errorf("connect_get_sysinfo %+v", p)
	}
	if p := byName["remote:domain_suspend"]; !slices.Equal(p.Verified, []string{"survey", "sequences", "duel"}) {
		t.Errorf("domain_suspend is verified by %v", p.Verified)
	}
	var text strings.Builder
	if err := WriteSupport(&text, table); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "\n"); n != 484 {
		t.Errorf("%d lines of text", n)
	}
}
