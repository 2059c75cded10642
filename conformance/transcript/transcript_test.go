package transcript

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T) *Recording {
	t.Helper()
	r, err := Load(filepath.Join("..", "..", "testdata", "transcripts"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLoad guards against a recording that became empty: everything would be equal to it.
func TestLoad(t *testing.T) {
	r := load(t)
	if len(r.Entries) != 1093 || len(r.Steps) != 97 || len(r.Probes) != 139 || len(r.Streams) != 7 {
		t.Errorf("%d entries, %d steps, %d probes, %d streams", len(r.Entries), len(r.Steps), len(r.Probes), len(r.Streams))
	}
	for _, client := range Clients {
		succeeded, silent, free := 0, 0, 0
		for _, e := range r.Entries {
			a := e.Recorded[client]
			if a.Exit == 0 {
				succeeded++
			}
			if strings.TrimSpace(a.Stdout+a.Stderr) == "" {
				silent++
			}
			for _, v := range a.Varies {
				if v.String() == ".*" {
					free++
				}
			}
		}
		if succeeded < 600 || silent > 70 || free > 0 {
			t.Errorf("client %s: %d succeed, %d are silent, %d may be anything", client, succeeded, silent, free)
		}
	}
	if text, ok := r.File("alpha.xml"); !ok || !strings.Contains(text, "<name>alpha</name>") {
		t.Errorf("alpha.xml is %q", text)
	}
}

func TestGroups(t *testing.T) {
	counts := map[string]int{}
	for _, e := range load(t).Entries {
		counts[e.Group()]++
	}
	for _, g := range Groups {
		if counts[g] == 0 {
			t.Errorf("no entry is about %s", g)
		}
		delete(counts, g)
	}
	if len(counts) > 0 {
		t.Errorf("groups that no report shows: %v", counts)
	}
}

func TestPlace(t *testing.T) {
	p := Place{SocketDir: "/tmp/x/s", WorkDir: "/tmp/x/t"}
	const uri = "test+unix:///default"
	for _, test := range []struct{ argv, want string }{
		{"virsh -c " + uri + " list", "-c " + uri + "?socket=/tmp/x/s/libvirt-sock list"},
		{"virsh -c " + uri + " -r list", "-c " + uri + "?socket=/tmp/x/s/libvirt-sock-ro -r list"},
		{"virsh -c " + uri + "?bogus=1 list", "-c " + uri + "?bogus=1&socket=/tmp/x/s/libvirt-sock list"},
		{"virsh -c " + uri + "?socket=/none list", "-c " + uri + "?socket=/none list"},
		{"virsh -c " + uri + "?mode=direct uri", "-c " + uri + "?mode=direct uri"},
		{"virsh -c test:///default uri", "-c test:///default uri"},
		{"virsh -c test+tcp://localhost/default list", "-c test+tcp://localhost/default list"},
		{"virsh -c test+unix:///run/libvirt/t/node.xml list", "-c test+unix:///tmp/x/t/node.xml?socket=/tmp/x/s/libvirt-sock list"},
		{"virsh save a /run/libvirt/t/a.sav", "save a /tmp/x/t/a.sav"},
	} {
		if got := strings.Join(p.Argv(strings.Fields(test.argv)), " "); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.argv, got, test.want)
		}
	}
	for _, test := range []struct{ printed, want string }{
		{uri + "?socket=/tmp/x/s/libvirt-sock\n", uri + "\n"},
		{uri + "?socket=/tmp/x/s/libvirt-sock-ro\n", uri + "\n"},
		{uri + "?bogus=1&socket=/tmp/x/s/libvirt-sock\n", uri + "?bogus=1\n"},
		{"/tmp/x/t/a.sav", "/run/libvirt/t/a.sav"},
	} {
		if got := p.Recorded(test.printed); got != test.want {
			t.Errorf("%q became %q, want %q", test.printed, got, test.want)
		}
	}
}

func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		"a b":                           {"a", "b"},
		"  a  b ":                       {"a", "b"},
		`u add x "<h mac='1' ip='2'/>"`: {"u", "add", "x", "<h mac='1' ip='2'/>"},
		`a ''`:                          {"a", ""},
		`--set <e/>`:                    {"--set", "<e/>"},
		"":                              nil,
	} {
		if got := Words(line); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestComparison(t *testing.T) {
	number := Comparison{Varies: []*regexp.Regexp{regexp.MustCompile(`\d+`)}}
	for _, test := range []struct {
		name string
		c    Comparison
		a, b Answer
		want bool
	}{
		{"same", Comparison{}, Answer{0, "a", "b"}, Answer{0, "a", "b"}, true},
		{"exit", Comparison{}, Answer{0, "a", ""}, Answer{1, "a", ""}, false},
		{"streams exchanged", Comparison{}, Answer{0, "a", ""}, Answer{0, "", "a"}, false},
		{"varying part", number, Answer{0, "id 1\n", ""}, Answer{0, "id 22\n", ""}, true},
		{"varying part gone", number, Answer{0, "id 1\n", ""}, Answer{0, "id \n", ""}, false},
		{"the rest", number, Answer{0, "id 1\n", ""}, Answer{0, "ID 1\n", ""}, false},
	} {
		if got := test.c.Equal(test.a, test.b); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
		if diff := test.c.Diff(test.a, test.b); (diff == "") != test.want {
			t.Errorf("%s: diff %q", test.name, diff)
		}
	}
}

func TestUnified(t *testing.T) {
	want := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"
	got := "1\n2\n3\n4\n5\nsix\n7\n8\n9\n10\n11\n12\n13"
	const diff = "@@\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n 10\n 11\n 12\n+13\n"
	if d := Unified(want, got); d != diff {
		t.Errorf("got\n%s\nwant\n%s", d, diff)
	}
	if d := Unified(want, want); d != "" {
		t.Errorf("equal texts differ by\n%s", d)
	}
}
