package qemupersonality

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/internal/firmware"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	show  = flag.Int("show", 0, "print the differences of so many documents of each class")
	only  = flag.String("only", "", "only documents whose name contains this, with the whole difference")
	extra = flag.String("answers", "", "a file of recorded answers to compare with as well")
)

// reference is the host that the answers were recorded on: emulators for the
// PC only, KVM, and the firmware of a distribution.
func reference(t testing.TB) *Personality {
	t.Helper()
	cfg := Config{
		HostArch:       "x86_64",
		NVRAMDir:       "/var/lib/libvirt/qemu/nvram",
		StateDir:       "/var/lib/libvirt/qemu",
		ChannelDirs:    []string{"/run/libvirt/qemu/channel", "/var/lib/libvirt/qemu/channel"},
		KnownFirmwares: KnownFirmwares(),
		Stat:           func(string) (os.FileInfo, error) { return nil, fs.ErrNotExist },
	}
	list, err := firmware.Load(os.DirFS("testdata"), []string{"firmware"})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Firmwares = FirmwaresOf(list)
	e := recorded(t, "10.0")
	cfg.Emulators = []*qemucaps.Emulator{e, e.For32Bits()}
	return New(cfg)
}

// recorded is an emulator of a release, on a host with KVM.
func recorded(t testing.TB, release string) *qemucaps.Emulator {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "qemucaps", "testdata", "qemu-"+release+"-x86_64.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := qemucaps.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// complete is what the driver makes of a document.
func complete(p *Personality, doc []byte, flags uint32) (*domxml.Domain, error) {
	if flags&uint32(vir.DomainDefineValidate) != 0 {
		if err := domxml.ValidateDomainSchema(doc); err != nil {
			return nil, err
		}
	}
	d, err := domxml.ParseDomain(doc)
	if err != nil {
		return nil, err
	}
	d.Generate(func([]byte) {})
	if err := d.CompleteWith(p.DomainSteps()); err != nil {
		return nil, err
	}
	if err := p.CompleteDomain(d); err != nil {
		return nil, err
	}
	return d, d.Validate()
}

// define is what a client reads after it has defined a document.
func define(p *Personality, doc []byte, flags uint32, form domxml.FormatFlags) (string, error) {
	d, err := complete(p, doc, flags)
	if err != nil {
		return "", err
	}
	b, err := domxml.FormatDomain(d, form)
	return string(b), err
}

// verdict is how our answer to a document differs.
type verdict struct {
	class string // equal, or a word for the kind of difference
	diff  string
}

func judge(p *Personality, a *corpus.Answer, doc []byte) verdict {
	return compare(a, doc, func() (string, error) { return define(p, doc, a.DefineFlags, domxml.FormatInactive) })
}

func compare(a *corpus.Answer, doc []byte, ours func() (string, error)) verdict {
	got, err := ours()
	if err != nil {
		var e *vir.Error
		if !errors.As(err, &e) {
			return verdict{"strange error", err.Error()}
		}
		mine := card.ReplaceAllString(fmt.Sprintf("%d/%d %s", e.Code, e.Domain, string([]rune(e.Message))), "*")
		switch {
		case a.OK:
			return verdict{"unexpected error", mine}
		case int32(e.Code) != a.Error.Code || int32(e.Domain) != a.Error.Domain:
			return verdict{"other code", "got  " + mine + "\nwant " + theirs(a)}
		case mine != theirs(a):
			return verdict{"other text", "got  " + mine + "\nwant " + theirs(a)}
		}
		return verdict{"equal", ""}
	}
	if !a.OK {
		return verdict{"missing error", theirs(a)}
	}
	if want := a.Want(doc); corpus.Diff(want, got) != "" {
		return verdict{"differs", lineDiff(want, strings.Split(got, "\n"))}
	}
	return verdict{"equal", ""}
}

func theirs(a *corpus.Answer) string {
	return card.ReplaceAllString(fmt.Sprintf("%d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message), "*")
}

// card is the address of a card, which is another one every time.
var card = regexp.MustCompile(`52:54:00(:[0-9a-f]{2}){3}`)

// tally counts verdicts and prints the first of each class.
type tally struct {
	n               map[string]int
	oks, okEqual    int
	errs, codeEqual int
	shown           map[string]int
}

func (c *tally) add(t *testing.T, a *corpus.Answer, name string, v verdict) {
	if c.n == nil {
		c.n, c.shown = map[string]int{}, map[string]int{}
	}
	c.n[v.class]++
	if a.OK {
		c.oks++
		if v.class == "equal" {
			c.okEqual++
		}
	} else {
		c.errs++
		if v.class == "equal" || v.class == "other text" {
			c.codeEqual++
		}
	}
	if v.class == "equal" {
		return
	}
	key := v.class
	if strings.HasPrefix(v.class, "other") {
		key += ": " + number.ReplaceAllString(strings.ReplaceAll(v.diff, "\n", " "), "#")
	} else {
		key += ": " + firstLine.FindString(number.ReplaceAllString(lineNumber.ReplaceAllString(v.diff, "$1"), "#"))
	}
	if c.shown[key]++; c.shown[key] <= *show || *only != "" {
		t.Logf("%s: %s\n%s", name, v.class, v.diff)
	}
}

var (
	firstLine  = regexp.MustCompile(`^[^\n]*`)
	lineNumber = regexp.MustCompile(`(?m)^([-+]) *\d+`)
	number     = regexp.MustCompile(`\d+`)
)

func (c *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "documents %d of %d, error codes %d of %d;", c.okEqual, c.oks, c.codeEqual, c.errs)
	var keys []string
	for k := range c.n {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s %d", k, c.n[k])
	}
	var classes []string
	for k := range c.shown {
		classes = append(classes, k)
	}
	sort.Slice(classes, func(i, j int) bool { return c.shown[classes[i]] > c.shown[classes[j]] })
	for _, k := range classes {
		if *show > 0 {
			fmt.Fprintf(&b, "\n%5d %s", c.shown[k], k)
		}
	}
	return b.String()
}

// TestCorpus counts the documents that get the answer of libvirt 11.3.0.
func TestCorpus(t *testing.T) {
	p, dir := reference(t), corpus.Dir(t)
	for _, kind := range []struct {
		name             string
		documents, codes int
	}{
		{"domain-qemu", 492, 270}, {"domain-generic", 19, 21}, {"domain-active", 4, 0},
	} {
		t.Run(kind.name, func(t *testing.T) {
			var c tally
			for _, a := range corpus.Answers(t, "ref1130-qemu", kind.name) {
				if a.Crash || !strings.Contains(a.In, *only) {
					continue
				}
				doc, err := os.ReadFile(filepath.Join(dir, kind.name, a.In))
				if err != nil {
					t.Fatal(err)
				}
				c.add(t, &a, a.Name, judge(p, &a, doc))
			}
			t.Log(c.String())
			if *only == "" && (c.okEqual < kind.documents || c.codeEqual < kind.codes) {
				t.Errorf("less than %d documents, %d codes", kind.documents, kind.codes)
			}
		})
	}
}

// TestMigratable compares what goes to another host.
func TestMigratable(t *testing.T) {
	p, dir := reference(t), corpus.Dir(t)
	for _, kind := range []struct {
		name      string
		documents int
	}{{"domain-qemu", 492}, {"domain-generic", 19}, {"domain-active", 4}} {
		t.Run(kind.name, func(t *testing.T) {
			inputs := map[string]string{}
			for _, a := range corpus.Answers(t, "ref1130-qemu", kind.name) {
				inputs[a.Name] = a.In
			}
			var c tally
			for _, a := range corpus.Answers(t, "ref1130-qemu", kind.name+".migratable") {
				if !strings.Contains(a.Name, *only) {
					continue
				}
				doc, err := os.ReadFile(filepath.Join(dir, kind.name, inputs[a.Name]))
				if err != nil {
					t.Fatal(err)
				}
				a.OK = true
				c.add(t, &a, a.Name, compare(&a, doc, func() (string, error) {
					d, err := complete(p, doc, 0)
					if err != nil {
						return "", err
					}
					p.TrimForMigration(d)
					b, err := domxml.FormatDomain(d, domxml.FormatMigratable)
					return string(b), err
				}))
			}
			t.Log(c.String())
			if *only == "" && c.okEqual < kind.documents {
				t.Errorf("less than %d documents", kind.documents)
			}
		})
	}
}

// TestAnswers compares with a file that somebody has recorded.
func TestAnswers(t *testing.T) {
	if *extra == "" {
		t.Skip("-answers names no file")
	}
	p := reference(t)
	var c tally
	for _, a := range corpus.AnswersFile(t, *extra) {
		if strings.Contains(a.Label, *only) {
			name := a.Label
			if *only != "" {
				name += "\n" + a.Input
			}
			c.add(t, &a, name, judge(p, &a, []byte(a.Input)))
		}
	}
	t.Log(c.String())
}

// lineDiff is the lines that only one side has, by the longest common part.
func lineDiff(want, got []string) string {
	same := func(w, g string) bool { return w == g || w == "*" }
	best := make([][]int, len(want)+1)
	for i := range best {
		best[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if same(want[i], got[j]) {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	var b strings.Builder
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && same(want[i], got[j]):
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && best[i+1][j] >= best[i][j+1]:
			fmt.Fprintf(&b, "-%4d %s\n", i+1, want[i])
			i++
		default:
			fmt.Fprintf(&b, "+%4d %s\n", i+1, got[j])
			j++
		}
	}
	return b.String()
}
