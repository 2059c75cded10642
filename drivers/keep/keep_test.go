//go:build linux

package keep_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/keep"
	"github.com/govirtd/govirtd/protocol/vir"
)

const secretID = "44444444-1111-4111-8111-111111111111"

// kept is one of everything.
var kept = []drivers.Kept{
	{Kind: drivers.KindSecret, Name: secretID, Document: []byte("<secret/>"), Value: []byte("hello\x00")},
	{Kind: drivers.KindNWFilter, Name: "f1", Document: []byte("<filter/>")},
	{Kind: drivers.KindNetwork, Name: "n1", Document: []byte("<network/>"), Autostart: true},
	{Kind: drivers.KindStoragePool, Name: "p1", Document: []byte("<pool/>"), Autostart: true},
	{Kind: drivers.KindStoragePoolState, Name: "p1", Document: []byte("<pool a='b'>\n  <x>\n</x></pool>")},
	{Kind: drivers.KindDomain, Name: "d1", Document: []byte("<domain/>"), Autostart: true},
	{Kind: drivers.KindDomain, Name: "d2--", Document: []byte("<domain/>")},
	{Kind: drivers.KindSnapshot, Owner: "d1", Name: "s1", Document: []byte("<domainsnapshot/>")},
	{Kind: drivers.KindCheckpoint, Owner: "d1", Name: "c1", Document: []byte("<domaincheckpoint/>")},
	{Kind: drivers.KindNWFilterBinding, Name: "vnet0", Document: []byte("<filterbinding/>")},
}

// put keeps everything that is wanted.
func put(t *testing.T, k *keep.Keeper, all []drivers.Kept) {
	t.Helper()
	for _, o := range all {
		if err := k.Keep(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if o.Autostart {
			if err := k.SetAutostart(t.Context(), o.Kind, o.Name, true); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// load is everything that is there; a report fails the test unless reports
// takes it.
func load(t *testing.T, k *keep.Keeper, reports map[string]string) []drivers.Kept {
	t.Helper()
	all, err := k.Load(t.Context(), func(path string, err error) {
		if reports == nil {
			t.Errorf("%s: %v", path, err)
		} else {
			reports[filepath.Base(path)] = err.Error()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// bare is a text without the comment in front.
func bare(text []byte) string {
	_, after, ok := strings.Cut(string(text), "-->\n\n")
	if !ok {
		after = string(text)
	}
	return strings.TrimSuffix(after, "\n")
}

func same(a, b drivers.Kept) bool {
	return a.Kind == b.Kind && a.Owner == b.Owner && a.Name == b.Name && bare(a.Document) == bare(b.Document) &&
		string(a.Value) == string(b.Value) && (a.Value == nil) == (b.Value == nil) && a.Autostart == b.Autostart
}

func TestEverythingIsThereAgain(t *testing.T) {
	root := t.TempDir()
	put(t, keep.New(keep.System(root)), kept)
	got := load(t, keep.New(keep.System(root)), nil)
	if !slices.EqualFunc(got, kept, same) {
		t.Fatalf("got  %v\nwant %v", got, kept)
	}
	k := keep.New(keep.System(root))
	for _, o := range kept {
		if err := k.Forget(t.Context(), o.Kind, o.Owner, o.Name); err != nil {
			t.Fatal(err)
		}
		if err := k.Forget(t.Context(), o.Kind, o.Owner, o.Name); err != nil {
			t.Errorf("what is not there is forgotten already: %v", err)
		}
	}
	if got := load(t, k, nil); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	_ = filepath.WalkDir(root, func(path string, e os.DirEntry, _ error) error {
		if !e.IsDir() {
			t.Errorf("left: %s", path)
		}
		return nil
	})
}

// The places, the modes and the texts are those that the reference has and
// finds.
func TestPlaces(t *testing.T) {
	root := t.TempDir()
	put(t, keep.New(keep.System(root)), kept)
	for path, want := range map[string]string{
		"etc/libvirt/qemu/d1.xml":                     "-rw------- edit d1",
		"etc/libvirt/qemu/d2--.xml":                   "-rw------- edit NAME",
		"etc/libvirt/qemu/autostart/d1.xml":           "Lrwxrwxrwx etc/libvirt/qemu/d1.xml",
		"etc/libvirt/qemu/networks/n1.xml":            "-rw------- net-edit n1",
		"etc/libvirt/qemu/networks/autostart/n1.xml":  "Lrwxrwxrwx etc/libvirt/qemu/networks/n1.xml",
		"etc/libvirt/storage/p1.xml":                  "-rw------- pool-edit p1",
		"etc/libvirt/storage/autostart/p1.xml":        "Lrwxrwxrwx etc/libvirt/storage/p1.xml",
		"etc/libvirt/secrets":                         "drwx------ ",
		"etc/libvirt/secrets/" + secretID + ".xml":    "-rw------- ",
		"etc/libvirt/secrets/" + secretID + ".base64": "-rw------- aGVsbG8A",
		"etc/libvirt/nwfilter/f1.xml":                 "-rw------- nwfilter-edit f1",
		"run/libvirt/nwfilter-binding":                "drwx------ ",
		"run/libvirt/nwfilter-binding/vnet0.xml":      "-rw------- nwfilter-binding-create vnet0",
		"run/libvirt/storage/p1.xml":                  "-rw------- pool-edit p1",
		"var/lib/libvirt/qemu/snapshot/d1/s1.xml":     "-rw------- snapshot-edit NAME",
		"var/lib/libvirt/qemu/checkpoint/d1/c1.xml":   "-rw------- checkpoint-create NAME",
	} {
		full := filepath.Join(root, path)
		info, err := os.Lstat(full)
		if err != nil {
			t.Error(err)
			continue
		}
		got := info.Mode().String() + " "
		switch {
		case info.Mode()&os.ModeSymlink != 0:
			to, _ := os.Readlink(full)
			got += strings.TrimPrefix(to, root+"/")
		case !info.IsDir():
			b, err := os.ReadFile(full)
			if err != nil {
				t.Fatal(err)
			}
			if _, after, ok := strings.Cut(string(b), "virsh "); ok {
				got += strings.SplitN(after, "\n", 2)[0]
			} else if strings.HasSuffix(path, "64") {
				got += string(b)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestSession(t *testing.T) {
	home, run := t.TempDir(), t.TempDir()
	k := keep.New(keep.Session(home, run))
	put(t, k, kept[:1])
	put(t, k, kept[2:9])
	for _, path := range []string{
		home + "/libvirt/qemu/d1.xml", home + "/libvirt/qemu/networks/n1.xml", home + "/libvirt/storage/autostart/p1.xml",
		home + "/libvirt/secrets/" + secretID + ".xml", home + "/libvirt/qemu/snapshot/d1/s1.xml", run + "/libvirt/storage/run/p1.xml",
	} {
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
	for _, o := range []drivers.Kept{kept[1], kept[9]} {
		var e *vir.Error
		if err := k.Keep(t.Context(), o); !errors.As(err, &e) || e.Code != vir.ErrOperationInvalid || e.Domain != vir.FromNWFilter ||
			e.Message != "Requested operation is not valid: Can't define NWFilters in session mode" {
			t.Errorf("%s: %v", o.Kind, err)
		}
	}
}

// No name leads out of the folder.
func TestNames(t *testing.T) {
	root := t.TempDir()
	k := keep.New(keep.System(root))
	ctx := t.Context()
	for _, name := range []string{"", "a/b", "../x", "/etc/passwd", "a\x00b", strings.Repeat("x", 256)} {
		if k.Keep(ctx, drivers.Kept{Kind: drivers.KindDomain, Name: name}) == nil {
			t.Errorf("a domain called %q", name)
		}
		if strings.Contains(name, "x/x") {
			continue
		}
		if name != "" && len(name) < 256 && k.SetAutostart(ctx, drivers.KindDomain, name, true) == nil {
			t.Errorf("a domain called %q starts with the host", name)
		}
		if len(name) < 256 && k.Forget(ctx, drivers.KindDomain, "", name) == nil {
			t.Errorf("a domain called %q can be forgotten", name)
		}
	}
	for _, owner := range []string{"", ".", "..", "a/b", "../.."} {
		if k.Keep(ctx, drivers.Kept{Kind: drivers.KindSnapshot, Owner: owner, Name: "s"}) == nil {
			t.Errorf("a snapshot of %q", owner)
		}
		if k.Forget(ctx, drivers.KindSnapshot, owner, "s") == nil {
			t.Errorf("a snapshot of %q can be forgotten", owner)
		}
	}
	odd := []drivers.Kept{}
	for _, name := range []string{".", "..", ".hidden", "a b", "-", "d.xml", "new.xml.new", "ü", "$x"} {
		odd = append(odd, drivers.Kept{Kind: drivers.KindDomain, Name: name, Document: []byte("<domain/>")})
	}
	put(t, k, odd)
	if got := load(t, k, nil); len(got) != len(odd) {
		t.Errorf("%d of %d are there again: %v", len(got), len(odd), got)
	}
}

// Load leaves alone what it cannot read, and says so.
func TestBroken(t *testing.T) {
	root := t.TempDir()
	k := keep.New(keep.System(root))
	put(t, k, []drivers.Kept{{Kind: drivers.KindDomain, Name: "good", Document: []byte("<domain/>")}, kept[0]})
	dir := root + "/etc/libvirt/qemu"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(dir+"/dir.xml", 0o755))
	must(os.Symlink("/nowhere", dir+"/dangling.xml"))
	must(os.WriteFile(dir+"/good.xml.new", []byte("<dom"), 0o600))
	must(os.WriteFile(dir+"/noext", []byte("<domain/>"), 0o600))
	must(os.WriteFile(root+"/link", []byte("<domain a='link'/>"), 0o600))
	must(os.Symlink(root+"/link", dir+"/linked.xml"))
	must(os.MkdirAll(dir+"/autostart", 0o755))
	must(os.Symlink(dir+"/linked.xml", dir+"/autostart/good.xml")) // leads to another one
	must(os.WriteFile(root+"/etc/libvirt/secrets/"+secretID+".base64", []byte("%%%"), 0o600))
	must(os.MkdirAll(root+"/run/libvirt/storage", 0o755))
	must(os.WriteFile(root+"/run/libvirt/storage/p.xml", []byte("<pool/>"), 0o600))

	reports := map[string]string{}
	got := load(t, k, reports)
	want := []drivers.Kept{
		{Kind: drivers.KindSecret, Name: secretID, Document: []byte("<secret/>")},
		{Kind: drivers.KindDomain, Name: "good", Document: []byte("<domain/>")},
		{Kind: drivers.KindDomain, Name: "linked", Document: []byte("<domain a='link'/>")},
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"dir.xml", "dangling.xml", secretID + ".base64", "p.xml"} {
		if reports[name] == "" {
			t.Errorf("nothing is said of %s", name)
		}
	}
	if len(reports) != 4 {
		t.Errorf("reports: %q", reports)
	}
	// A leftover is in nobody's way, and a link is replaced and not followed.
	put(t, k, []drivers.Kept{{Kind: drivers.KindDomain, Name: "good", Document: []byte("<domain b=''/>")}, {Kind: drivers.KindDomain, Name: "linked", Document: []byte("<domain/>")}})
	if b, _ := os.ReadFile(root + "/link"); string(b) != "<domain a='link'/>" {
		t.Errorf("written through a link: %s", b)
	}
}

// What fails says so as the reference does, and leaves what there was.
func TestFailures(t *testing.T) {
	root := t.TempDir()
	k := keep.New(keep.System(root))
	put(t, k, []drivers.Kept{{Kind: drivers.KindDomain, Name: "d", Document: []byte("<old/>"), Autostart: true}})
	beside := root + "/etc/libvirt/qemu/d.xml.new"
	if err := os.MkdirAll(beside+"/full", 0o755); err != nil {
		t.Fatal(err)
	}
	err := k.Keep(t.Context(), drivers.Kept{Kind: drivers.KindDomain, Name: "d", Document: []byte("<new/>")})
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != vir.ErrSystemError || e.Domain != vir.FromNone ||
		e.Message != "Failed to create file '"+beside+"': Directory not empty" {
		t.Errorf("%v", err)
	}
	long := strings.Repeat("x", 250)
	err = k.Keep(t.Context(), drivers.Kept{Kind: drivers.KindDomain, Name: long, Document: []byte("<new/>")})
	if err == nil || err.Error() != "Failed to create file '"+root+"/etc/libvirt/qemu/"+long+".xml.new': File name too long" {
		t.Errorf("%v", err)
	}
	os.RemoveAll(beside)
	if got := load(t, k, nil); len(got) != 1 || bare(got[0].Document) != "<old/>" || !got[0].Autostart {
		t.Errorf("left: %v", got)
	}
}

func TestSecretLosesItsValue(t *testing.T) {
	k := keep.New(keep.System(t.TempDir()))
	put(t, k, kept[:1])
	o := kept[0]
	o.Value = nil
	put(t, k, []drivers.Kept{o})
	if got := load(t, k, nil); len(got) != 1 || got[0].Value != nil {
		t.Errorf("left: %v", got)
	}
}

// What a secret is that was forgotten halfway and is defined again halfway: the
// old value is never that of the new document.
func TestStaleValue(t *testing.T) {
	root := t.TempDir()
	k := keep.New(keep.System(root))
	put(t, k, kept[:1])
	path := filepath.Join(root, "etc/libvirt/secrets", secretID)
	if err := os.Remove(path + ".xml"); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(path+".xml.new/full", 0o700); err != nil { // so that the document cannot be written
		t.Fatal(err)
	}
	o := kept[0]
	o.Value = nil
	if err := k.Keep(t.Context(), o); err == nil {
		t.Fatal("a document was written over a folder")
	}
	if _, err := os.Stat(path + ".base64"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old value is there, and would be that of a document that comes next: %v", err)
	}
}

func TestAutostart(t *testing.T) {
	k := keep.New(keep.System(t.TempDir()))
	put(t, k, kept[5:6])
	for _, on := range []bool{true, false, false, true, true} {
		if err := k.SetAutostart(t.Context(), drivers.KindDomain, "d1", on); err != nil {
			t.Fatal(err)
		}
		if got := load(t, k, nil); len(got) != 1 || got[0].Autostart != on {
			t.Errorf("%v: %v", on, got)
		}
	}
}

func TestFirstSinceBoot(t *testing.T) {
	root := t.TempDir()
	ask := func(kind drivers.Kind) bool {
		first, err := keep.New(keep.System(root)).FirstSinceBoot(context.Background(), kind)
		if err != nil {
			t.Fatal(err)
		}
		return first
	}
	for _, kind := range []drivers.Kind{drivers.KindDomain, drivers.KindNetwork, drivers.KindStoragePool} {
		if !ask(kind) || ask(kind) || ask(kind) {
			t.Errorf("%s: not first once", kind)
		}
	}
	os.RemoveAll(root + "/run") // as a boot does
	if !ask(drivers.KindDomain) {
		t.Error("not first after a boot")
	}
}

// TestAutostartOnce: the mark is libvirt's own link beside the other one, which it does not touch, and goes with the domain.
func TestAutostartOnce(t *testing.T) {
	root := t.TempDir()
	k := keep.New(keep.System(root))
	put(t, k, kept[5:6])
	link := filepath.Join(root, "etc/libvirt/qemu/autostart/d1.xml.once")
	for _, on := range []bool{true, false, true} {
		if err := k.SetAutostartOnce(t.Context(), drivers.KindDomain, "d1", on); err != nil {
			t.Fatal(err)
		}
		if got := load(t, k, nil); len(got) != 1 || got[0].Once != on || !got[0].Autostart {
			t.Errorf("%v: %d objects", on, len(got))
		}
		if _, err := os.Lstat(link); (err == nil) != on {
			t.Errorf("%v: %v", on, err)
		}
	}
	if err := k.Forget(t.Context(), drivers.KindDomain, "", "d1"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); err == nil {
		t.Error("the mark has outlived the domain")
	}
}
