package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
)

// TestPopulated looks at a made-up world with the stock virsh: it is the one that package virttest makes from the same
// seed, whose first domains are pinned in both places.
func TestPopulated(t *testing.T) {
	virsh := lab.NativeVirsh(t)
	d := lab.Start(t, "--domains", "500", "--seed", "1")
	ask := func(args ...string) []string {
		t.Helper()
		a := virsh.Run(d.Place, nil, "", append([]string{"-c", d.URI()}, args...)...)
		if a.Exit != 0 {
			t.Fatalf("virsh %v: %s", args, a.Stderr)
		}
		return strings.Fields(a.Stdout)
	}
	names := ask("list", "--all", "--name")
	if len(names) != 500 {
		t.Errorf("%d domains", len(names))
	}
	for name, uuid := range map[string]string{
		"build-0001": "07abc6cc-1785-4e21-b49c-b06db27ff126",
		"db-0002":    "1278f599-4f70-4f78-83f5-6d2809f6376e",
		"mail-0003":  "bf59e83c-31e5-4d84-ad50-b47fce9bff11",
		"web-0004":   "6b99ce57-55fc-43da-b9b6-b1ed8d5047a5",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("there is no %s", name)
			continue
		}
		if got := ask("domuuid", name); !slices.Equal(got, []string{uuid}) {
			t.Errorf("%s has the UUID %s", name, got)
		}
	}
	if n := len(ask("list", "--inactive", "--name")); n != 109 {
		t.Errorf("%d domains are shut off, want 109", n)
	}
	if got := strings.Join(ask("domstate", "build-0001"), " "); got != "shut off" {
		t.Errorf("build-0001 is %s", got)
	}
	ask("start", "build-0001")
	if got := strings.Join(ask("domstate", "build-0001"), " "); got != "running" {
		t.Errorf("after its start build-0001 is %s", got)
	}
}
