package conformance

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

// python is the stock interpreter: libvirt-python belongs to the system.
const python = "/usr/bin/python3"

// needPython ends the test if the stock Python has no libvirt.
func needPython(t testing.TB) {
	t.Helper()
	if err := exec.Command(python, "-c", "import libvirt").Run(); err != nil {
		lab.Missing(t, "python3-libvirt")
	}
}

// script is the path of a client script.
func script(name string) string { return filepath.Join(lab.Root(), "conformance", "clients", name) }

// clockCalls have numbers in their results that are made of the time of day.
var clockCalls = []string{
	"virDomainGetInfo", "virDomainGetInfo off", "virDomainGetVcpus", "virDomainBlockStats vda", "virDomainInterfaceStats testnet0",
	"virDomainMemoryStats",
}

var bigNumber = regexp.MustCompile(`\b\d{6,}\b`)

// localCalls are refused by the client library without asking the daemon: the recording was made with a newer library,
// which numbers the arguments of its formats.
var localCalls = []string{"virConnectSetKeepAlive", "virDomainDestroy ro", "virDomainGetXMLDesc secure ro"}

var formatArgument = regexp.MustCompile(`%(?:1\$)?s`)

// anyOrder are calls whose list comes out of a hash table of the reference, seeded anew in each process.
var anyOrder = []string{"virConnectListAllNodeDevices 0"}

// TestProbes makes the recorded direct calls and compares results and whole errors. The strings of an error are those of
// the daemon, so what the 9.0.0 binding receives is comparable.
func TestProbes(t *testing.T) {
	needPython(t)
	rec := recording(t)
	d := strict(t)
	cmd := exec.Command(python, script("probes.py"), d.URI(), "test+unix:///default?socket="+d.Place.Socket(true))
	cmd.Stderr = &lab.Log{}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("probes.py: %v\n%s", err, cmd.Stderr)
	}
	var got []transcript.Probe
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(rec.Probes) {
		t.Fatalf("%d probes, recorded are %d", len(got), len(rec.Probes))
	}
	report := &transcript.Report{Suite: "probes"}
	judge := transcript.NewJudge(rec)
	for n, want := range rec.Probes {
		if got[n].Call != want.Call {
			t.Fatalf("probe %d is %q, recorded %q", n, got[n].Call, want.Call)
		}
		var cmp transcript.Comparison
		if slices.Contains(clockCalls, want.Call) {
			cmp.Varies = []*regexp.Regexp{bigNumber}
		}
		if slices.Contains(localCalls, want.Call) {
			cmp.Varies = []*regexp.Regexp{formatArgument}
		}
		report.Results = append(report.Results, judge.Judge(transcript.Case{
			N: n, Group: probeGroup(want.Call), Command: want.Call, Comparison: cmp, Want: probeAnswer(want), Got: probeAnswer(got[n]),
		}))
	}
	verdict(t, report)
}

// probeAnswer lays a result out as text, one field of an error per line.
func probeAnswer(p transcript.Probe) transcript.Answer {
	if p.OK != nil && slices.Contains(anyOrder, p.Call) {
		words := strings.Split(strings.Trim(*p.OK, "[]"), ", ")
		slices.Sort(words)
		return transcript.Answer{Stdout: strings.Join(words, "\n")}
	}
	text, _ := json.MarshalIndent(p, "", " ") // maps come out sorted
	return transcript.Answer{Stdout: string(text)}
}

// probeGroup finds the group in the name of the API.
func probeGroup(call string) string {
	for _, g := range []struct{ part, group string }{
		{"Snapshot", "snapshot"}, {"Checkpoint", "checkpoint"}, {"Network", "network"}, {"Storage", "storage"}, {"Interface", "interface"},
		{"NodeDevice", "nodedev"}, {"Secret", "secret"}, {"NWFilter", "nwfilter"}, {"virNode", "host"}, {"virConnect", "host"},
	} {
		if strings.Contains(call, g.part) && !strings.HasPrefix(call, "virDomainInterface") && !strings.HasPrefix(call, "virDomainGetInterface") {
			return g.group
		}
	}
	return "domain"
}
