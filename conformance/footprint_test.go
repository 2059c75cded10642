package conformance

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
)

// TestStatic looks at the binary: it needs no library of the machine, and it is small.
func TestStatic(t *testing.T) {
	path := lab.Govirtd(t)
	file, err := elf.Open(path)
	if err != nil {
		t.Skipf("no ELF file on this system: %v", err)
	}
	defer file.Close()
	if libraries, _ := file.ImportedLibraries(); len(libraries) > 0 {
		t.Errorf("it needs %v", libraries)
	}
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it needs a dynamic loader")
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	const most = 25 << 20
	if info.Size() >= most {
		t.Errorf("%.1f MiB, want less than %d MiB", float64(info.Size())/(1<<20), most>>20)
	}
	t.Logf("static, %.1f MiB", float64(info.Size())/(1<<20))
}

// TestCrossCompile builds the daemon for every system that the simulated host runs on.
func TestCrossCompile(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the standard library once per system")
	}
	for _, target := range []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"} {
		t.Run(target, func(t *testing.T) {
			system, machine, _ := strings.Cut(target, "/")
			cmd := exec.Command("go", "build", "-o", lab.TempDir(t)+"/", "./cmd/...")
			cmd.Dir = lab.Root()
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+machine)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestFootprint reports the time from start to first answer and the memory at rest, beside the reference's.
func TestFootprint(t *testing.T) {
	daemons := []struct {
		name  string
		start func(testing.TB) *lab.Daemon
	}{
		{"govirtd", func(t testing.TB) *lab.Daemon { return lab.Start(t) }},
		{"libvirtd native", lab.Native},
		{"libvirtd 11.3.0", lab.Reference},
	}
	report := fmt.Sprintf("%-20s %22s %12s\n", "", "start to first answer", "idle memory")
	for _, one := range daemons {
		t.Run(one.name, func(t *testing.T) {
			d := one.start(t)
			time.Sleep(500 * time.Millisecond)
			rss := resident(t, d.PID)
			note := ""
			if d.Name != "govirtd" {
				note = "(with its namespaces)"
			} else if rss > 64<<20 {
				t.Errorf("%d MiB at rest", rss>>20)
			}
			report += fmt.Sprintf("%-20s %19d ms %8.1f MiB %s\n", d.Name, d.FirstAnswer.Milliseconds(), float64(rss)/(1<<20), note)
		})
	}
	t.Log("\n" + report)
}
