package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// withMap connects to a host with the map of CPUs in a folder.
func withMap(t *testing.T, dir string) *session {
	t.Helper()
	return connect(t, engine.New(engine.Config{Strict: true, Drivers: []drivers.Driver{
		testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend { return sim.New(h, now).UseCPUMap(dir) }},
	}}), "test:///default")
}

// smallMap is a map of three made-up models.
func smallMap(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.xml": `<cpus><arch name='x86'><include filename='features.xml'/><group name='g'><include filename='models.xml'/></group></arch></cpus>`,
		"features.xml": `<cpus><vendor name='Acme' string='AcmeAcmeAcme'/>
  <feature name='zeta'><cpuid eax_in='0x01' edx='0x00000001'/></feature>
  <feature name='beta'><cpuid eax_in='0x01' edx='0x00000002'/></feature>
  <feature name='gamma'><msr index='0x10' eax='0x00000001' edx='0x0'/></feature>
  <feature name='old'><cpuid eax_in='0x02' eax='0x00000001'/></feature>
</cpus>`,
		"models.xml": `<cpus>
  <model name='small'><decode host='on' guest='on'/><feature name='zeta'/></model>
  <model name='large'><decode host='on' guest='on'/><vendor name='Acme'/><feature name='zeta'/><feature name='beta'/><feature name='gamma' added='yes'/><feature name='old' removed='yes'/></model>
  <model name='large-v1'><decode host='on' guest='off'/><model name='large'/></model>
</cpus>`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func host(model string, features ...string) string {
	s := "<cpu><arch>x86_64</arch><model>" + model + "</model>"
	for _, f := range features {
		s += "<feature name='" + f + "'/>"
	}
	return s + "</cpu>"
}

func TestBaselineCPU(t *testing.T) {
	s := withMap(t, smallMap(t))
	for _, c := range []struct {
		hosts []string
		flags uint32
		want  string // fallback, model, features; or the error
	}{
		{[]string{host("small")}, 0, "forbid small"},
		{[]string{host("small", "gamma", "beta")}, 0, "forbid small beta gamma"},
		{[]string{host("small", "gamma", "beta")}, 1, "forbid small beta gamma zeta"},
		{[]string{host("large")}, 0, "forbid large -old"},
		{[]string{host("large-v1", "old")}, 0, "allow large old"},
		{[]string{host("large"), host("small")}, 0, "allow small"},
		{[]string{host("none")}, 0, "internal error: Unknown CPU model none"},
		{[]string{host("small", "none")}, 0, "internal error: Unknown CPU feature none"},
		{[]string{host("none"), "<x/>"}, 0, "XML error: XML does not contain expected 'cpu' element"},
		{[]string{"<cpu mode='custom'/>"}, 0, "unsupported configuration: Attribute mode is only allowed for guest CPU"},
		{[]string{"<cpu><model>small</model></cpu>"}, 0, "XML error: Missing CPU architecture"},
		{[]string{"<cpu><arch>x86_64</arch></cpu>"}, 0, "XML error: Missing CPU model name"},
		{[]string{"<cpu><arch>mips</arch><model>a</model></cpu>"}, 0, "this function is not supported by the connection driver: 'mips' architecture is not supported by CPU driver"},
		{nil, 2, "xmlCPUs in virConnectBaselineCPU must not be NULL"},
		{[]string{host("small")}, 2, "unsupported flags (0x2) in function testConnectBaselineCPU"},
	} {
		r, err := do(s, remoteproto.ConnectBaselineCPU, &remoteproto.ConnectBaselineCPUArgs{XMLCPUs: c.hosts, Flags: c.flags})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = summary(r.CPU)
		}
		if got != c.want {
			t.Errorf("%v: got %q, want %q", c.hosts, got, c.want)
		}
	}
}

// summary is a guest CPU in one line.
func summary(doc string) string {
	var words []string
	for _, line := range strings.Split(doc, "\n") {
		f := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("<>'=/ ", r) })
		switch {
		case strings.Contains(line, "<model"):
			words = append(words, f[2], f[3])
		case strings.Contains(line, "'require'"):
			words = append(words, f[4])
		case strings.Contains(line, "'disable'"):
			words = append(words, "-"+f[4])
		}
	}
	return strings.Join(words, " ")
}

func TestCPUModelNames(t *testing.T) {
	s := withMap(t, smallMap(t))
	r := must(t, s, remoteproto.ConnectGetCPUModelNames, &remoteproto.ConnectGetCPUModelNamesArgs{Arch: "i686", NeedResults: 1})
	if want := []string{"small", "large", "large-v1"}; !slices.Equal(r.Models, want) || r.Ret != 3 {
		t.Errorf("%v %d", r.Models, r.Ret)
	}
	r = must(t, s, remoteproto.ConnectGetCPUModelNames, &remoteproto.ConnectGetCPUModelNamesArgs{Arch: "x86_64"})
	if len(r.Models) != 0 || r.Ret != 3 {
		t.Errorf("only the number was wanted: %v %d", r.Models, r.Ret)
	}
	r = must(t, s, remoteproto.ConnectGetCPUModelNames, &remoteproto.ConnectGetCPUModelNamesArgs{Arch: "s390x", NeedResults: 1})
	if r.Ret != 0 {
		t.Errorf("s390x: %v", r.Models)
	}
	fails(t, s, remoteproto.ConnectGetCPUModelNames, &remoteproto.ConnectGetCPUModelNamesArgs{Arch: "bogus"},
		vir.ErrInvalidArg, "invalid argument: cannot find architecture bogus")
	fails(t, s, remoteproto.ConnectGetCPUModelNames, &remoteproto.ConnectGetCPUModelNamesArgs{Arch: "mips"},
		vir.ErrNoSupport, "this function is not supported by the connection driver: 'mips' architecture is not supported by CPU driver")
}

func TestDifference8NoCPUMap(t *testing.T) {
	dir := t.TempDir()
	s := withMap(t, dir)
	fails(t, s, remoteproto.ConnectGetCPUModelNames, &remoteproto.ConnectGetCPUModelNamesArgs{Arch: "x86_64"},
		vir.ErrInternalError, "internal error: cannot read the CPU map: open "+dir+"/index.xml: no such file or directory")
}
