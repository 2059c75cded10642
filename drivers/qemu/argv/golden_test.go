package argv

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/corpus"
)

// goldenRow is a document of the reference's own tests with its command.
type goldenRow struct {
	Name, In, Out, Args, Arch, Caps, Expect, Note string
	HasOut                                        bool `json:"has_out"`
}

// goldenAllowances are differences between a test of the reference and a real
// start.
var goldenAllowances = []allowance{
	{"those tests do not ask the host for an alias", regexp.MustCompile(`^-machine (pc-i440fx-10\.0|pc-q35-10\.0)\b`), "-machine ALIAS"},
	{"those tests do not ask the host for an alias", regexp.MustCompile(`^-machine (pc|q35)\b`), "-machine ALIAS"},
	{"descriptors are numbers of the process that opened them", regexp.MustCompile(`"(fd|vhostfd)":"-?\d+"`), `"$1":"N"`},
	{"secrets are encrypted with a random vector", regexp.MustCompile(`"data":"[^"]*"`), `"data":"SECRET"`},
	{"secrets are encrypted with a random vector", regexp.MustCompile(`"iv":"[^"]*"`), `"iv":"IV"`},
	{"run is not where it was", regexp.MustCompile(`/var/run/`), `/run/`},
}

const (
	hostCPU = "the CPU that the host's one is resolved to is an input"
	pools   = "the backend looks into pools before it asks for a command"
	setting = "that test changes a default of the host's settings, which is in the document by now"
	nbdkit  = "the reference lets nbdkit fetch the image where it is installed; here the emulator does"
)

// goldenExcused are rows that are not equal, each with its reason.
var goldenExcused = map[string]string{
	"chardev-backends-json":                    "a newer emulator's form of -chardev, which no released emulator needs",
	"cpu-Icelake-Server-pconfig":               hostCPU,
	"cpu-cache-disable3":                       hostCPU,
	"cpu-check-default-partial":                hostCPU,
	"cpu-exact2-nofallback":                    hostCPU,
	"cpu-exact2":                               hostCPU,
	"cpu-host-model-kvm":                       hostCPU,
	"cpu-host-model-nofallback-kvm":            hostCPU,
	"cpu-host-model-tcg":                       hostCPU,
	"cpu-minimum1":                             hostCPU,
	"cpu-phys-bits-emulate2":                   hostCPU,
	"cpu-strict1":                              hostCPU,
	"cpu-tsc-frequency":                        hostCPU,
	"disk-network-source-curl-nbdkit-backing":  nbdkit,
	"disk-network-source-curl-nbdkit":          nbdkit,
	"disk-network-ssh-key":                     nbdkit,
	"disk-network-ssh-nbdkit":                  nbdkit,
	"disk-network-ssh-password":                nbdkit,
	"disk-source-pool":                         pools,
	"luks-disks-source-qcow2":                  pools,
	"luks-disks-source":                        pools,
	"audio-default-nographics":                 setting,
	"graphics-spice-auto-socket-cfg":           setting,
	"graphics-vnc-auto-socket-cfg":             setting,
	"disk-active-commit":                       "a raw image below others has a node of its format here",
	"genid-auto":                               "the generation is a new one in each definition",
	"graphics-listen-network":                  "the address of a network is looked up before",
	"graphics-rdp":                             "a server of RDP is another process, which is not there yet",
	"net-virtio-teaming-network":               "a device of a network's pool is chosen before",
	"serial-spiceport":                         "the document has no place on USB, which is given out when it is defined",
	"usb-controller-automatic-unavailable-q35": "the real daemon chooses another USB controller than its test",
}

func goldenOptions(name string) Options {
	o := nativeOptions(name)
	o.Secret = func(SecretRef) ([]byte, error) { return []byte("secret"), nil }
	o.Now = time.Unix(1234567890, 0).In(time.FixedZone("VIR", -1800))
	o.Nodes = nil
	o.NodeCPUs = []domxml.CPUSet{{0xf}, {0xf0}, {0xf00}, {0xf000}}
	o.ChardevTLS.Dir = "/etc/pki/libvirt-chardev"
	o.AutoNodes = domxml.CPUSet{15}
	o.MonitorFD = 1729
	o.HugePages = map[uint64]string{2048: "/dev/hugepages2M", 1048576: "/dev/hugepages1G"}
	o.DefaultHugePage = 2048
	o.SPICE = SPICEOptions{Listen: "127.0.0.1", TLSDir: "/etc/pki/libvirt-spice", Password: "secret"}
	o.HostCDROM = func(path string) bool { return path == "/dev/cdrom" }
	return o
}

// TestGoldens compares with the commands of the reference's own tests for
// today's emulator on x86, which have more of hosts than one host has.
func TestGoldens(t *testing.T) {
	dir := filepath.Join(corpus.Dir(t), "domain-qemu")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []goldenRow
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	defined := map[string]string{}
	for _, row := range nativeRows(t, "domain-qemu") {
		defined[row.Name] = row.XML
	}
	all, excuses := 0, 0
	classes := map[string][]string{}
	for _, r := range rows {
		if r.Arch != "x86_64" || r.Expect != "ok" || r.Args == "" || r.Caps != "latest" || !r.HasOut {
			continue
		}
		all++
		d := compareGolden(dir, &r, defined, qemu10())
		name := strings.Split(r.Name, ".")[0]
		if strings.HasSuffix(r.Name, ".abi-update") {
			name += ".abi-update"
		}
		if goldenExcused[name] != "" {
			if excuses++; d == "" {
				t.Errorf("%s is equal and needs no excuse", r.Name)
			}
			continue
		}
		if d == "" {
			continue
		}
		t.Errorf("%s\n%s", r.Name, d)
		for _, line := range strings.Split(d, "\n") {
			classes[shape(line)] = append(classes[shape(line)], r.Name)
		}
	}
	t.Logf("%d rows, %d excused", all, excuses)
	report(t, classes)
}

func compareGolden(dir string, r *goldenRow, defined map[string]string, e *qemucaps.Emulator) string {
	// What a real daemon made of the document has addresses on USB, too.
	text := []byte(defined[strings.Split(r.Name, ".")[0]])
	if strings.HasPrefix(r.Name, "firmware-") {
		text = nil // the firmware is that of the host
	}
	if len(text) == 0 {
		doc := r.Out
		if doc == "" {
			doc = r.In
		}
		var err error
		if text, err = os.ReadFile(filepath.Join(dir, doc)); err != nil {
			return err.Error()
		}
	}
	golden, err := os.ReadFile(filepath.Join(dir, r.Args))
	if err != nil {
		return err.Error()
	}
	d, err := domxml.ParseDomain(text, domxml.Stored())
	if err != nil {
		return fmt.Sprintf("document: %v", err)
	}
	o := goldenOptions(d.Name)
	goldenSettings(r.Name, &o)
	if err := Prepare(d, &o); err != nil {
		return fmt.Sprintf("error: %v", err)
	}
	o.NetFDs = map[string]NetFDs{}
	for i := range d.Devices.Interfaces {
		n := &d.Devices.Interfaces[i]
		fds := NetFDs{Tap: []int{3}, VDPA: 1732}
		if n.Type != "ethernet" && n.Model != nil && isVirtioNet(n.Model.Type) {
			fds.Vhost = []int{44}
		}
		o.NetFDs[aliasName(n.Alias)] = fds
	}
	goldenHost(d, &o)
	c, err := Build(d, e, o)
	if err != nil {
		return fmt.Sprintf("error: %v", err)
	}
	_, _, args := split(shellWords(string(golden)))
	missing, extra := difference(goldenNormal(args), goldenNormal(c.Args))
	var lines []string
	for _, x := range missing {
		lines = append(lines, "- "+x.String())
	}
	for _, x := range extra {
		lines = append(lines, "+ "+x.String())
	}
	return strings.Join(lines, "\n")
}

// goldenSettings are those of the host in single tests.
func goldenSettings(name string, o *Options) {
	o.RenderNode = "/dev/dri/foo"
	o.FDSets = map[string][]FD{
		"testgroup2": {{Number: 200}, {Number: 205}}, "testgroup5": {{Number: 204, Writable: true}}, "testgroup6": {{Number: 247}, {Number: 248}},
		"cdimage-rw": {{Number: 208, Writable: true}}, "cdimage-ro": {{Number: 207}}, "raw-rw-base": {{Number: 209, Writable: true}},
	}
	switch {
	case strings.HasPrefix(name, "serial-tcp-tlsx509"):
		o.ChardevTLS.Everywhere = true
	case strings.HasPrefix(name, "graphics-vnc-tls"):
		o.VNC.SASL = true
		o.VNC.TLS = TLSOptions{Dir: "/etc/pki/libvirt-vnc", VerifyPeer: true}
		if strings.Contains(name, "secret") {
			o.VNC.TLS.Secret = &domxml.UUID{}
		}
	case strings.HasPrefix(name, "graphics-vnc-sasl"):
		o.VNC.SASL = true
	}
}

// goldenHost is what those tests pretend that the host has opened.
func goldenHost(d *domxml.Domain, o *Options) {
	o.ChardevFDs, o.ChardevFiles, o.TPMSockets = map[string]int{}, map[string]ChardevFiles{}, map[string]string{}
	v := &d.Devices
	for _, list := range [][]domxml.Chardev{v.Serials, v.Parallels, v.Channels, v.Consoles} {
		for i := range list {
			c := &list[i]
			o.ChardevFDs[aliasName(c.Alias)] = 1729
			files := ChardevFiles{}
			if c.Type == "file" {
				files.Source = &FD{Number: 1750}
			}
			if c.Log != nil {
				files.Log = &FD{Number: 1751}
			}
			o.ChardevFiles[aliasName(c.Alias)] = files
		}
	}
	for i := range v.Videos {
		o.ChardevFDs[aliasName(v.Videos[i].Alias)] = 1729
	}
	for i := range v.Smartcards {
		o.ChardevFDs[aliasName(v.Smartcards[i].Alias)] = 1729
	}
	if v.VSock != nil && v.VSock.CID != nil && v.VSock.CID.Auto == domxml.Yes {
		v.VSock.CID.Address = 42
	}
	o.SCSIGeneric = map[string]string{}
	for i := range v.Hostdevs {
		o.SCSIGeneric[aliasName(v.Hostdevs[i].Alias)] = "/dev/sg0"
	}
	o.FDSets["/dev/vhost-vdpa-0"] = []FD{{Number: 201}}
	for i := range v.TPMs {
		o.FDSets[aliasName(v.TPMs[i].Alias)] = []FD{{Number: 1730}, {Number: 1731}}
		o.TPMSockets[aliasName(v.TPMs[i].Alias)] = "/dev/test"
	}
	for i := range v.Graphics {
		if g := &v.Graphics[i]; g.AutoPort == domxml.Yes || value(g.Port) == -1 {
			nativePorts(g)
		}
	}
}

func goldenNormal(args []string) []option {
	list := options(args)
	for i := range list {
		text := list[i].String()
		for _, a := range goldenAllowances {
			text = a.match.ReplaceAllString(text, a.to)
		}
		list[i] = option{name: text}
	}
	return list
}
