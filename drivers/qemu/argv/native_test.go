package argv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// option is a word of a command line with what belongs to it, in a form that
// does not depend on the order of keys.
type option struct{ name, value string }

func (o option) String() string { return strings.TrimSpace(o.name + " " + o.value) }

// options reads the words of a command.
func options(args []string) (list []option) {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			list = append(list, option{"", args[i]})
			continue
		}
		o := option{name: args[i]}
		if i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
			o.value = canonical(o.name, args[i])
		}
		list = append(list, o)
	}
	return list
}

// plain are options whose value is text.
var plain = []string{"-append", "-uuid", "-kernel", "-initrd", "-dtb", "-shim", "-bios"}

// canonical sorts the keys of a value.
func canonical(name, value string) string {
	if strings.HasPrefix(value, "{") {
		var v any
		d := json.NewDecoder(strings.NewReader(value))
		d.UseNumber()
		if d.Decode(&v) == nil {
			b, _ := json.Marshal(v) // maps come out sorted
			return string(b)
		}
	}
	if slices.Contains(plain, name) {
		return value
	}
	parts := splitWords(value)
	sort.Strings(parts[1:])
	return strings.Join(parts, ",")
}

// splitWords splits at commas that are not doubled.
func splitWords(s string) []string {
	const mark = "\x00"
	parts := strings.Split(strings.ReplaceAll(s, ",,", mark), ",")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], mark, ",,")
	}
	return parts
}

// shellWords splits a line as a shell does.
func shellWords(line string) (out []string) {
	var word bytes.Buffer
	in, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\'':
			quoted = false
		case quoted:
			word.WriteByte(c)
		case c == '\'':
			in, quoted = true, true
		case c == '\\' && i+1 < len(line):
			i++
			if line[i] != '\n' {
				in = true
				word.WriteByte(line[i])
			}
		case c == ' ' || c == '\n':
			if in {
				out = append(out, word.String())
				word.Reset()
			}
			in = false
		default:
			in = true
			word.WriteByte(c)
		}
	}
	if in {
		out = append(out, word.String())
	}
	return out
}

// split separates the environment, the program and its options.
func split(words []string) (env []string, path string, args []string) {
	for i, w := range words {
		if strings.HasPrefix(w, "/") {
			return words[:i], w, words[i+1:]
		}
	}
	return words, "", nil
}

// difference is what one of two lists has and the other does not.
func difference(want, got []option) (missing, extra []option) {
	count := map[option]int{}
	for _, o := range got {
		count[o]++
	}
	for _, o := range want {
		if count[o] > 0 {
			count[o]--
		} else {
			missing = append(missing, o)
		}
	}
	for _, o := range got {
		if count[o] > 0 {
			count[o]--
			extra = append(extra, o)
		}
	}
	return missing, extra
}

// nativeRow is what the reference made of a document: the command, or an error.
type nativeRow struct {
	corpus.Answer
	Argv  string
	Class string
	XML   string // the definition
	// volatile says which generated values are in the definition.
	volatile []string
}

func nativeRows(t testing.TB, kind string) (rows []nativeRow) {
	t.Helper()
	defined := map[string]corpus.Answer{}
	for _, a := range corpus.Answers(t, "ref1130-qemu", kind) {
		defined[a.Name] = a
	}
	path := filepath.Join(corpus.Dir(t), "ref1130-qemu", kind+".native.jsonl")
	for _, a := range corpus.AnswersFile(t, path) {
		row := nativeRow{Answer: a}
		var extra struct {
			Argv  string `json:"argv"`
			Class string `json:"error_class"`
		}
		if err := json.Unmarshal(a.Raw, &extra); err != nil {
			t.Fatal(err)
		}
		row.Argv, row.Class = extra.Argv, extra.Class
		d := defined[a.Name]
		row.XML = d.XML
		if d.XMLSecure != "" {
			row.XML = d.XMLSecure
		}
		lines := strings.Split(d.XML, "\n")
		for _, n := range d.VolatileLines {
			if n <= len(lines) {
				row.volatile = append(row.volatile, lines[n-1])
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// allowance is a difference from the reference's command line that is meant.
type allowance struct {
	why   string
	match *regexp.Regexp
	to    string
}

// allowances are applied to both sides.
var allowances = []allowance{
	{"descriptors of taps are numbers of the process that opened them", regexp.MustCompile(`"fd":"\d+"`), `"fd":"N"`},
	{"a variable clock starts with the time of the call", regexp.MustCompile(`-rtc base=20\d\d-[^,]*`), `-rtc base=NOW`},
	{"secrets are encrypted with a random vector", regexp.MustCompile(`"data":"[^"]*"`), `"data":"SECRET"`},
	{"secrets are encrypted with a random vector", regexp.MustCompile(`"iv":"[^"]*"`), `"iv":"IV"`},
}

// generated hides values that the reference generated anew for each call.
func (r *nativeRow) generated(text string) string {
	all := strings.Join(r.volatile, "\n")
	if strings.Contains(all, "<mac address") {
		text = regexp.MustCompile(`"mac":"52:54:00:[^"]*"`).ReplaceAllString(text, `"mac":"GENERATED"`)
	}
	if strings.Contains(all, "<uuid") {
		text = regexp.MustCompile(`^-uuid .*`).ReplaceAllString(text, "-uuid GENERATED")
	}
	if strings.Contains(all, "<genid") {
		text = regexp.MustCompile(`"guid":"[^"]*"`).ReplaceAllString(text, `"guid":"GENERATED"`)
	}
	return text
}

func (r *nativeRow) normal(list []option) []option {
	out := slices.Clone(list)
	for i := range out {
		text := r.generated(out[i].String())
		for _, a := range allowances {
			text = a.match.ReplaceAllString(text, a.to)
		}
		out[i] = option{name: text}
	}
	return out
}

// nativeOptions are those that the reference had when it was recorded.
func nativeOptions(name string) Options {
	return Options{
		Dirs: NewDirs("/var/lib/libvirt/qemu", "/run/libvirt/qemu", -1, name),
		HostEnv: func(name string) string {
			if name == "PATH" {
				return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
			}
			return ""
		},
		MasterKey:  make([]byte, 32),
		Random:     func(b []byte) { clear(b) },
		Secret:     noSecret,
		Nodes:      domxml.CPUSet{1},
		Now:        time.Date(2026, 11, 22, 8, 48, 37, 0, time.UTC),
		VNC:        VNCOptions{Listen: "127.0.0.1"},
		SPICE:      SPICEOptions{Listen: "127.0.0.1"},
		ChardevTLS: TLSOptions{Dir: "/etc/pki/qemu", VerifyPeer: true},
	}
}

// noSecret is a host without secrets.
func noSecret(ref SecretRef) ([]byte, error) {
	if !ref.UUID.IsZero() {
		return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching uuid '%s'", ref.UUID)
	}
	return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching usage '%s'", ref.Usage)
}

func buildNative(row *nativeRow) (Command, error) { return buildFor(row, qemu10()) }

func buildFor(row *nativeRow, e *qemucaps.Emulator) (Command, error) {
	d, err := domxml.ParseDomain([]byte(row.XML), domxml.Stored())
	if err != nil {
		return Command{}, fmt.Errorf("document: %w", err)
	}
	o := nativeOptions(d.Name)
	if err := PrepareNative(d, &o); err != nil {
		return Command{}, err
	}
	return Build(d, e, o)
}

// excused are rows that are not equal, each with its reason. A row that became
// equal must leave the list.
var excused = map[string]string{
	"cpu-check-default-partial":     "host-model: what the host's CPU is resolved to is an input",
	"cpu-host-model-kvm":            "host-model: what the host's CPU is resolved to is an input",
	"cpu-host-model-nofallback-kvm": "host-model: what the host's CPU is resolved to is an input",
	"cpu-host-model-tcg":            "host-model: what the host's CPU is resolved to is an input",
	"cpu-cache-disable3":            "host-model: what the host's CPU is resolved to is an input",
	"cpu-phys-bits-emulate2":        "host-model: what the host's CPU is resolved to is an input",
	"cpu-minimum1":                  "match minimum: what the host's CPU is resolved to is an input",
	"cpu-Icelake-Server-pconfig":    "what the model has lost is switched off in the CPU that is resolved",
	"disk-active-commit":            "a raw image below others has a node of its format here",
	"graphics-spice-timeout":        "an interface that is shown as a tap loses its address before addresses are given out",
	"net-user-addr":                 "an interface that is shown as a tap loses its address before addresses are given out",
	"pcie-expander-bus":             "an interface that is shown as a tap loses its address before addresses are given out",
}

// TestNative compares with the commands of the reference, by meaning: each
// device, node, object, backend as a set of properties, the rest as options
// with their values.
func TestNative(t *testing.T) {
	for _, kind := range []string{"domain-qemu", "domain-generic"} {
		t.Run(kind, func(t *testing.T) {
			rows, excuses := 0, 0
			classes := map[string][]string{}
			for _, row := range nativeRows(t, kind) {
				if !row.OK {
					continue
				}
				rows++
				d := compareNative(&row)
				if excused[row.Name] != "" {
					if excuses++; d == "" {
						t.Errorf("%s is equal and needs no excuse", row.Name)
					}
					continue
				}
				if d == "" {
					continue
				}
				t.Errorf("%s\n%s", row.Name, d)
				for _, line := range strings.Split(d, "\n") {
					classes[shape(line)] = append(classes[shape(line)], row.Name)
				}
			}
			t.Logf("%d rows, %d excused", rows, excuses)
			report(t, classes)
		})
	}
}

// compareNative is what differs, a line each; empty if nothing does.
func compareNative(row *nativeRow) string {
	c, err := buildNative(row)
	if err != nil {
		return "error: " + err.Error()
	}
	env, path, args := split(shellWords(row.Argv))
	var lines []string
	if c.Path != path {
		lines = append(lines, "- "+path, "+ "+c.Path)
	}
	if a, b := strings.Join(env, " "), strings.Join(c.Env, " "); a != b {
		lines = append(lines, "- env "+a, "+ env "+b)
	}
	missing, extra := difference(row.normal(options(args)), row.normal(options(c.Args)))
	for _, o := range missing {
		lines = append(lines, "- "+o.String())
	}
	for _, o := range extra {
		lines = append(lines, "+ "+o.String())
	}
	return strings.Join(lines, "\n")
}

// shape leaves the values out of a line.
func shape(line string) string {
	line = regexp.MustCompile(`:("[^"]*"|\d+)`).ReplaceAllString(line, "")
	line = regexp.MustCompile(`=[^,]*`).ReplaceAllString(line, "")
	return regexp.MustCompile(`[0-9a-f-]{36}`).ReplaceAllString(line, "UUID")
}

func report(t *testing.T, classes map[string][]string) {
	keys := make([]string, 0, len(classes))
	for k := range classes {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := len(classes[b]) - len(classes[a]); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, k := range keys {
		names := classes[k]
		t.Logf("%4d %s  # %s", len(names), k, strings.Join(names[:min(3, len(names))], " "))
	}
}
