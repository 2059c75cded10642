package conformance

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
)

// command runs a client program and returns its standard output. If it fails the test ends with both outputs.
func command(t *testing.T, argv ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", filepath.Base(argv[len(argv)-2]), err, &stdout, &stderr)
	}
	return stdout.String()
}

// life is what both scripts see of a domain's life.
const life = `event defined 0
event started 0
event suspended 0
event resumed 0
event stopped 1
`

func TestPython(t *testing.T) {
	needPython(t)
	d := strict(t)
	const again = "event started 0\nevent stopped 1\n" // createWithFiles
	if got, want := command(t, python, script("lifecycle.py"), d.URI()), life+again+"event undefined 0\ndone\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPerl(t *testing.T) {
	perl := lab.Tool(t, "perl")
	if err := exec.Command(perl, "-MSys::Virt", "-e", "1").Run(); err != nil {
		lab.Missing(t, "libsys-virt-perl")
	}
	d := strict(t)
	if got, want := command(t, perl, script("lifecycle.pl"), d.URI()), life+"event undefined 0\ndone\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// debianGo is where Debian installs Go libraries as source.
const debianGo = "/usr/share/gocode/src"

// TestGoLibvirt builds a program against Debian's copy of the pure-Go client and lets it list and start a domain. The
// program is a module of its own, so that the library is no dependency of ours.
func TestGoLibvirt(t *testing.T) {
	if _, err := os.Stat(filepath.Join(debianGo, "github.com/digitalocean/go-libvirt/libvirt.go")); err != nil {
		lab.Missing(t, "golang-github-digitalocean-go-libvirt-dev")
	}
	d := strict(t)
	d.Hold(t)
	binary := filepath.Join(lab.TempDir(t), "golibvirt")
	build := exec.Command("go", "build", "-mod=mod", "-o", binary, ".")
	build.Dir = filepath.Join(lab.Root(), "conformance", "golibvirt")
	build.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	got := command(t, binary, d.Socket())
	for _, want := range []string{"version 11003000\n", "domain test id 1 state 1\n", "started gopher id 2 state 1\n", "event gopher 5\n", "destroyed gopher state 5\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestObjects uses every kind of object and of event once, with Python and Perl, in the strict mode and with what the
// default mode has beyond it.
func TestObjects(t *testing.T) {
	needPython(t)
	perl := lab.Tool(t, "perl")
	if err := exec.Command(perl, "-MSys::Virt", "-e", "1").Run(); err != nil {
		lab.Missing(t, "libsys-virt-perl")
	}
	const both = "networks\nstorage\ninterfaces\ndevices\ndomains\n"
	for _, client := range [][]string{{python, script("objects.py")}, {perl, script("objects.pl")}} {
		t.Run(filepath.Base(client[1]), func(t *testing.T) {
			if got, want := command(t, append(client, strict(t).URI())...), both+"done\n"; got != want {
				t.Errorf("strict: got\n%s\nwant\n%s", got, want)
			}
			if *subject != "govirtd" {
				return
			}
			if got, want := command(t, append(client, govirtd(t).URI(), "superset")...), both+"events\nsecrets\nfilters\ndone\n"; got != want {
				t.Errorf("default: got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
