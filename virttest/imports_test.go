package virttest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// imports are all packages beyond the standard library that a test gets by
// importing this one, in alphabetical order. Think before you add one: it is
// compiled into other people's tests.
var imports = []string{
	"domxml",
	"domxml/internal/xmltree",
	"drivers",
	"drivers/cpumap",
	"drivers/personality/test",
	"drivers/sim",
	"engine",
	"golang.org/x/image/font",
	"golang.org/x/image/font/basicfont",
	"golang.org/x/image/math/fixed",
	"golang.org/x/sys/unix",
	"internal/seed",
	"protocol/keepaliveproto",
	"protocol/lxcproto",
	"protocol/netpkt",
	"protocol/proc",
	"protocol/qemuproto",
	"protocol/remoteproto",
	"protocol/vir",
	"protocol/xdr",
	"remote",
	"remote/client",
	"virttest",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	got := strings.Fields(string(out))
	for i := range got {
		got[i] = strings.TrimPrefix(got[i], "github.com/govirtd/govirtd/")
	}
	slices.Sort(got)
	if !slices.Equal(got, imports) {
		t.Errorf("imports:\n%s", strings.Join(got, "\n"))
	}
	// What has no place in a test: a command line, a web server, the test
	// framework itself, which the test has imported already.
	out, err = exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, heavy := range []string{"flag", "testing", "net/http", "os/exec", "html/template"} {
		if slices.Contains(strings.Fields(string(out)), heavy) {
			t.Errorf("imports %s", heavy)
		}
	}
}
