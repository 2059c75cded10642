package transcript

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const refused = "error: govirtd: not implemented yet: domain_add_iothread\n"

// line is one entry of a small story.
type line struct {
	command   string
	want, got Answer
	verdict   Verdict
	why       string
}

func ok(out string) Answer   { return Answer{Stdout: out} }
func bad(text string) Answer { return Answer{Exit: 1, Stderr: text} }

func tell(t *testing.T, story []line) {
	t.Helper()
	judge := NewJudge(&Recording{Entries: []Entry{{Files: map[string]string{"alpha.xml": "<domain><name>alpha</name></domain>"}}}})
	for n, l := range story {
		words := Words(l.command)
		r := judge.Judge(Case{N: n, Group: commandGroup(words[0]), Command: words[0], Args: words[1:], Want: l.want, Got: l.got})
		if r.Verdict != l.verdict || !strings.Contains(r.Why, l.why) {
			t.Errorf("%d %s: %v (%s), want %v (%s)", n, l.command, r.Verdict, r.Why, l.verdict, l.why)
		}
		if (r.Diff != "") != (r.Verdict == Different) {
			t.Errorf("%d %s: %v with the diff %q", n, l.command, r.Verdict, r.Diff)
		}
	}
}

// TestMissingProcedure follows what is missing through later entries, and nothing else.
func TestMissingProcedure(t *testing.T) {
	tell(t, []line{
		{"iothreadadd test 1", ok("added"), bad(refused), NotYet, "domain_add_iothread"},
		{"iothreadinfo test", ok("1"), ok(""), NotYet, "after entry 0"},
		{"dumpxml test", ok("<iothreads>"), ok(""), NotYet, "after entry 0"},
		{"iothreadinfo other", ok("1"), ok(""), Different, ""}, // another object
		{"memtune test", ok("1"), ok(""), Different, ""},       // another part of the object
		{"domstate test", ok("running"), ok("crashed"), Different, ""},
		{"iothreadinfo test", ok("1"), ok("1"), Equal, ""}, // equal is equal
	})
}

// TestNotYetQuestion: what only asks changes nothing, so nothing later is excused.
func TestNotYetQuestion(t *testing.T) {
	tell(t, []line{
		{"domifaddr test", ok("10.0.0.1"), bad(refused), NotYet, "domain_add_iothread"},
		{"dumpxml test", ok("a"), ok("b"), Different, ""},
	})
}

// TestSuperset: what the reference does not have may work here, under a number, and explains what follows from it.
func TestSuperset(t *testing.T) {
	judge := NewJudge(&Recording{})
	judge.Supersets = map[string]string{"vol-resize": "7"}
	no := bad("error: this function is not supported by the connection driver: virStorageVolResize")
	for n, l := range []line{
		{"vol-info one", ok("1"), ok("2"), Different, ""},
		{"vol-resize one 2", no, ok("resized"), Superset, "difference 7"},
		{"vol-info one", ok("1"), ok("2"), Superset, "after entry 1"},
		{"vol-info two", ok("1"), ok("2"), Different, ""},
		{"vol-resize two 3", bad("error: another one"), ok("resized"), Different, ""},
		{"vol-wipe two", no, ok("wiped"), Different, ""}, // without a number
	} {
		words := Words(l.command)
		if r := judge.Judge(Case{N: n, Group: commandGroup(words[0]), Command: words[0], Args: words[1:], Want: l.want, Got: l.got}); r.Verdict != l.verdict || r.Why != l.why {
			t.Errorf("%d %s: %v (%s), want %v (%s)", n, l.command, r.Verdict, r.Why, l.verdict, l.why)
		}
	}
}

// TestNotYetRefused: what fails on the reference changes nothing, either.
func TestNotYetRefused(t *testing.T) {
	tell(t, []line{
		{"iothreadadd test 1", bad("error: no"), bad(refused), NotYet, "domain_add_iothread"},
		{"iothreadinfo test", ok("1"), ok(""), Different, ""},
	})
}

func TestObjectNotMade(t *testing.T) {
	tell(t, []line{
		{"define alpha.xml", ok("defined"), bad(refused), NotYet, "domain_add_iothread"},
		{"start alpha", ok("started"), bad("error: not found"), NotYet, "after entry 0"},
		{"list --all", ok("alpha"), ok(""), NotYet, "after entry 0"},
		{"net-list", ok("default"), ok(""), Different, ""},
		{"undefine alpha", ok("undefined"), ok("undefined"), Equal, ""}, // both are without it now
		{"list --all", ok("alpha"), ok(""), Different, ""},
	})
}

func TestStateSettled(t *testing.T) {
	tell(t, []line{
		{"save test x", ok("saved"), bad(refused), NotYet, "domain_add_iothread"},
		{"domstate test", ok("shut off"), ok("running"), NotYet, "after entry 0"},
		{"destroy test", ok("destroyed"), ok("destroyed"), Equal, ""},
		{"domstate test", ok("shut off"), ok("running"), Different, ""},
		{"dominfo other", ok("Id:             7\nName: x\n"), ok("Id:             6\nName: x\n"), NotYet, "ids"},
		{"dominfo other", ok("Id:             7\nName: x\n"), ok("Id:             6\nName: y\n"), Different, ""},
	})
}

// TestMarkInLog: virsh hides some errors; the daemon's log has them.
func TestMarkInLog(t *testing.T) {
	judge := NewJudge(&Recording{})
	c := Case{Command: "domifaddr", Args: []string{"test"}, Want: ok("a"), Got: ok("b"), Log: `msg="govirtd: not implemented yet: domain_interface_addresses"`}
	if r := judge.Judge(c); r.Verdict != NotYet || r.Why != "domain_interface_addresses" {
		t.Errorf("%v %s", r.Verdict, r.Why)
	}
	c.Got = c.Want
	if r := judge.Judge(c); r.Verdict != Equal {
		t.Errorf("an equal answer is %v", r.Verdict)
	}
}

func TestExpected(t *testing.T) {
	path := filepath.Join(t.TempDir(), "expected")
	text := "# comment\n\nsuite 1 because\nsu* 2 because of that\nother 0 because\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	expected, err := LoadExpected(path)
	if err != nil {
		t.Fatal(err)
	}
	report := Report{Suite: "suite", Results: []Result{
		{N: 0, Title: "zero", Group: "host", Verdict: Different, Diff: "-a\n+b\n"}, // unexpected
		{N: 1, Title: "one", Group: "host", Verdict: Different, Diff: "-a\n+b\n"},  // expected
		{N: 2, Title: "two", Group: "host", Verdict: Equal},                        // passes now
		{N: 3, Title: "three", Group: "host", Verdict: NotYet, Why: "x"},
	}}
	failures := strings.Join(report.Failures(expected, 10), "\n")
	for _, want := range []string{"suite 0: zero", "    -a", "suite 2: two is equal now", "because of that"} {
		if !strings.Contains(failures, want) {
			t.Errorf("no %q in\n%s", want, failures)
		}
	}
	for _, not := range []string{"suite 1", "suite 3"} {
		if strings.Contains(failures, not) {
			t.Errorf("%q in\n%s", not, failures)
		}
	}
	if table := report.Table(); !strings.Contains(table, "  host                                  1          2        1          0         0\n") {
		t.Errorf("table\n%s", table)
	}
	if got := report.Failures(expected, 1); len(got) != 2 || got[1] != "... and 1 more" {
		t.Errorf("cut to one: %q", got)
	}
	for _, wrong := range []string{"suite 1\n", "suite 1 a\nsuite 1 b\n", "suite one because\n", "[ 1 because\n"} {
		if err := os.WriteFile(path, []byte(wrong), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadExpected(path); err == nil {
			t.Errorf("%q was accepted", wrong)
		}
	}
}
