package conformance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

// inventory are questions about a host and its emulators. What stands behind # are the numbers that change by themselves.
const inventory = `
capabilities
nodeinfo
nodecpumap
nodecpustats #
nodecpustats --cpu 0 #
nodecpustats --cpu 77
freecell #
freecell --all #
freecell --cellno 0 #
freecell --cellno 77
freepages --all #
freepages --cellno 0 --pagesize 4 #
freepages --cellno 0 --pagesize 5
freepages --cellno 77 --pagesize 4
nodememstats #
nodememstats 0 #
nodememstats 77
node-memory-tune #
nodesevinfo
sysinfo
maxvcpus
maxvcpus kvm
maxvcpus xen
version
cpu-models x86_64
cpu-models aarch64
cpu-models sparc
cpu-models bogus
hypervisor-cpu-models
hypervisor-cpu-models --virttype qemu
hypervisor-cpu-models --arch i686 --all
domcapabilities
domcapabilities --arch aarch64
domcapabilities --virttype bogus
domcapabilities --emulatorbin /usr/bin/qemu-system-i386
domcapabilities --emulatorbin /usr/bin/qemu-system-x86_64 --arch i686
domcapabilities --emulatorbin /usr/bin/qemu-system-x86_64 --arch aarch64
domcapabilities --emulatorbin /nonexistent
domcapabilities --emulatorbin /usr/bin
domcapabilities --emulatorbin /etc/passwd
cpu-compare host.xml
cpu-compare host.xml --error
cpu-compare epyc.xml
cpu-compare epyc.xml --error
cpu-compare bogus.xml
cpu-compare mode.xml
cpu-baseline host.xml
cpu-baseline host.xml --features
cpu-baseline host.xml --migratable
hypervisor-cpu-compare epyc.xml --virttype qemu --error
hypervisor-cpu-compare small.xml --virttype qemu
hypervisor-cpu-baseline small.xml --virttype qemu --features
hypervisor-cpu-baseline epyc.xml --virttype qemu
`

// TestInventory asks the reference and govirtd on the same host what that host and its emulators can do.
func TestInventory(t *testing.T) {
	t.Parallel()
	reference := lab.Reference(t)
	ours := lab.Beside(t, reference)
	virsh := lab.ChrootVirsh(t)
	ask := func(d *lab.Daemon, words ...string) transcript.Answer {
		return virsh.Run(d.Place, nil, "", append([]string{"-c", "qemu+unix:///system?socket=" + d.Socket()}, words...)...)
	}
	// The first question starts every emulator, which takes its time on a busy machine.
	capabilities := ask(reference, "capabilities")
	for range 5 {
		if capabilities.Exit != lab.GaveUp {
			break
		}
		capabilities = ask(reference, "capabilities")
	}
	for range 5 {
		if ask(ours, "capabilities").Exit != lab.GaveUp {
			break
		}
	}
	host := regexp.MustCompile(`(?s)<cpu>.*?</cpu>`).FindString(capabilities.Stdout)
	if capabilities.Exit != 0 || host == "" {
		t.Fatalf("the reference has no host: %+v", capabilities)
	}
	for name, text := range map[string]string{
		"host.xml": host, "mode.xml": "<cpu mode='host-model'/>",
		"epyc.xml":  "<cpu match='exact'><model>EPYC</model></cpu>",
		"bogus.xml": "<cpu match='exact'><model>bogus</model></cpu>",
		"small.xml": "<cpu match='exact'><model>486</model></cpu>",
	} {
		for _, d := range []*lab.Daemon{reference, ours} {
			if err := os.WriteFile(filepath.Join(d.WorkDir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(inventory), "\n")
	for _, machine := range []string{"pc", "q35", "microvm", "isapc", "pc-i440fx-4.2", "bogus"} {
		for _, arch := range []string{"x86_64", "i686"} {
			for _, kind := range []string{"kvm", "qemu", "xen"} {
				lines = append(lines, "domcapabilities --machine "+machine+" --arch "+arch+" --virttype "+kind)
			}
		}
	}
	id := regexp.MustCompile(`<uuid>.*</uuid>`)
	number := regexp.MustCompile(`\d+`)
	for _, line := range lines {
		command, varies := strings.CutSuffix(line, " #")
		text := func(d *lab.Daemon) string {
			a := ask(d, strings.Fields(command)...)
			s := id.ReplaceAllString(a.Stdout+a.Stderr, "<uuid/>") // made up where the firmware has none
			if varies {
				s = number.ReplaceAllString(s, "N")
			}
			return s
		}
		want, got := text(reference), text(ours)
		if got != want {
			// The answer may depend on something that has changed in between.
			time.Sleep(10 * time.Millisecond)
			want, got = text(reference), text(ours)
		}
		if got != want {
			t.Errorf("%s: %s", command, difference(want, got))
		}
	}
}

// difference are the lines that two texts do not share, a few of them.
func difference(want, got string) string {
	only := func(sign, a, b string) (out []string) {
		have := map[string]bool{}
		for line := range strings.SplitSeq(b, "\n") {
			have[line] = true
		}
		for line := range strings.SplitSeq(a, "\n") {
			if !have[line] && len(out) < 10 {
				out = append(out, sign+line)
			}
		}
		return out
	}
	return "\n" + strings.Join(append(only("- ", want, got), only("+ ", got, want)...), "\n")
}
