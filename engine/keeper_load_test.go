package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// kept makes a keeper with some documents in it.
func kept(docs ...drivers.Kept) *memoryKeeper {
	k := newMemoryKeeper()
	for _, o := range docs {
		k.kept[keyOf(o.Kind, o.Owner, o.Name)] = o
	}
	return k
}

// loading opens a host and collects what is told of it.
func loading(t *testing.T, k drivers.Keeper, p drivers.Personality) (*session, *bytes.Buffer) {
	t.Helper()
	var told bytes.Buffer
	e := engine.New(engine.Config{
		Drivers: []drivers.Driver{oneHost{drivers.Host{
			Key: "kept", URI: "kept:///", Personality: p, Keeper: k, Backend: sim.New(drivers.SimulatedHost{}, now),
		}}},
		Now: now,
		Log: slog.New(slog.NewTextHandler(&told, nil)),
	})
	return connect(t, e, "kept:///"), &told
}

// oneHost is a driver with one host.
type oneHost struct{ host drivers.Host }

func (oneHost) Scheme() string                                          { return "kept" }
func (d oneHost) Open(context.Context, *url.URL) (*drivers.Host, error) { h := d.host; return &h, nil }

func domainDoc(name, id, more string) drivers.Kept {
	if id != "" {
		id = "<uuid>" + id + "</uuid>"
	}
	return drivers.Kept{Kind: drivers.KindDomain, Name: name, Document: []byte("<!-- a comment -->\n\n<domain type='test'><name>" + name + "</name>" + id +
		"<memory>65536</memory><os><type>hvm</type></os>" + more + "</domain>\n")}
}

func namesOf(s []rp.Domain) string {
	var out []string
	for _, d := range s {
		out = append(out, d.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func all(t *testing.T, s *session) []rp.Domain {
	t.Helper()
	return must(t, s, rp.ConnectListAllDomains, &rp.ConnectListAllDomainsArgs{NeedResults: 1}).Domains
}

// What does not fit is left where it is and told of, and does not hinder the
// rest.
func TestLoadOddities(t *testing.T) {
	other := func(o drivers.Kept, name string) drivers.Kept {
		o.Name = name
		return o
	}
	network := drivers.Kept{Kind: drivers.KindNetwork, Name: "n", Document: []byte(fmt.Sprintf(keptNetwork, ""))}
	pool := drivers.Kept{Kind: drivers.KindStoragePool, Name: "p", Document: []byte(fmt.Sprintf(keptPool, "")), Autostart: true}
	secret := drivers.Kept{Kind: drivers.KindSecret, Name: secretID, Document: []byte(fmt.Sprintf(keptSecret, "no", "x")), Value: []byte("v")}
	filter := drivers.Kept{Kind: drivers.KindNWFilter, Name: "f", Document: []byte(fmt.Sprintf(keptFilter, "drop"))}
	k := kept(
		domainDoc("good", idA, ""),
		domainDoc("twin", idA, "<title>twin</title>"),
		other(domainDoc("inside", idB, ""), "outside"),
		drivers.Kept{Kind: drivers.KindDomain, Name: "broken", Document: []byte("<domain")},
		drivers.Kept{Kind: drivers.KindDomain, Name: "empty"},
		network, other(network, "notn"),
		pool, other(pool, "notp"),
		secret, other(secret, "44444444-1111-4111-8111-111111111119"),
		filter, other(filter, "notf"),
		drivers.Kept{Kind: drivers.KindNWFilterBinding, Name: "vnet0", Document: []byte(keptBinding)},
		drivers.Kept{Kind: drivers.KindStoragePoolState, Name: "gone", Document: []byte("<pool type='dir'><name>other</name><target><path>/x</path></target></pool>")},
	)
	k.boots[drivers.KindStoragePool] = true // the pool has been started and stopped
	s, told := loading(t, k, &testpersonality.Personality{})
	if got := namesOf(all(t, s)); got != "good inside" {
		t.Errorf("domains: %s", got)
	}
	for _, word := range []string{"twin", "outside", "broken", "empty", "notn", "notp", "111111111119", "notf", "gone"} {
		if !strings.Contains(told.String(), word) {
			t.Errorf("nothing is told of %s", word)
		}
	}
	v := strings.Join(view(t, s, false), "\n")
	for _, part := range []string{"network n ", "pool p 33333333111141118111111111111111 active 0 autostart 1", `value &{"v"}`, "filter <filter name='f'", "binding <filterbinding>"} {
		if !strings.Contains(v, part) {
			t.Errorf("%s is not there in:\n%s", part, v)
		}
	}
	content := k.content()
	for _, name := range []string{"twin", "broken", "empty", "inside"} {
		if _, ok := content[keyOf(drivers.KindDomain, "", name)]; !ok {
			t.Errorf("%s is no longer kept", name)
		}
	}
	if _, ok := content[keyOf(drivers.KindDomain, "", "outside")]; ok {
		t.Error("a domain is kept under two names")
	}
}

// An object that has been written without an identifier has one for ever.
func TestLoadWithoutIdentifier(t *testing.T) {
	k := kept(
		domainDoc("d", "", ""),
		drivers.Kept{Kind: drivers.KindNetwork, Name: "default", Autostart: true, Document: []byte("<network><name>default</name><bridge name='b0'/></network>")},
		drivers.Kept{Kind: drivers.KindNWFilter, Name: "clean-traffic", Document: []byte("<filter name='clean-traffic' chain='root'><filterref filter='no-mac-spoofing'/></filter>")},
		drivers.Kept{Kind: drivers.KindStoragePool, Name: "p", Document: []byte("<pool type='dir'><name>p</name><target><path>/p</path></target></pool>")},
	)
	s, _ := loading(t, k, &testpersonality.Personality{})
	first := view(t, s, false)
	s, _ = loading(t, k.after(), &testpersonality.Personality{})
	if d := difference(first, view(t, s, false)); d != "" {
		t.Error(d)
	}
	if len(first) != 4 {
		t.Errorf("%d objects: %v", len(first), first)
	}
}

func snapshotDoc(name, parent, id string, active int) drivers.Kept {
	if parent != "" {
		parent = "<parent><name>" + parent + "</name></parent>"
	}
	return drivers.Kept{Kind: drivers.KindSnapshot, Owner: "good", Name: name, Document: []byte("<domainsnapshot><name>" + name + "</name><state>shutoff</state>" + parent +
		"<creationTime>1</creationTime><memory snapshot='no'/>" + string(bytes.TrimPrefix(domainDoc("good", id, "").Document, []byte("<!-- a comment -->\n\n"))) +
		fmt.Sprintf("<active>%d</active></domainsnapshot>", active))}
}

func TestLoadSnapshots(t *testing.T) {
	k := kept(
		domainDoc("good", idA, ""),
		snapshotDoc("child", "root", idA, 1), // before its parent
		snapshotDoc("root", "", idA, 0),
		snapshotDoc("stray", "nobody", idA, 0),
		snapshotDoc("foreign", "", idB, 0),
		snapshotDoc("loop1", "loop2", idA, 0),
		snapshotDoc("loop2", "loop1", idA, 0),
		drivers.Kept{Kind: drivers.KindSnapshot, Owner: "good", Name: "broken", Document: []byte("x")},
		drivers.Kept{Kind: drivers.KindSnapshot, Owner: "nobody", Name: "s", Document: snapshotDoc("s", "", idA, 0).Document},
	)
	s, told := loading(t, k, &testpersonality.Personality{})
	d := s.dom("good")
	parents := map[string]string{}
	for _, m := range must(t, s, rp.DomainListAllSnapshots, &rp.DomainListAllSnapshotsArgs{Dom: d, NeedResults: 1}).Snapshots {
		parents[m.Name] = ""
		if r, err := do(s, rp.DomainSnapshotGetParent, &rp.DomainSnapshotGetParentArgs{Snap: m}); err == nil {
			parents[m.Name] = r.Snap.Name
		}
	}
	want := map[string]string{"root": "", "child": "root", "stray": "", "loop1": "", "loop2": "loop1"}
	if !reflect.DeepEqual(parents, want) {
		t.Errorf("parents: %v, want %v", parents, want)
	}
	if c := must(t, s, rp.DomainSnapshotCurrent, &rp.DomainSnapshotCurrentArgs{Dom: d}).Snap.Name; c != "child" {
		t.Errorf("%s is current", c)
	}
	for _, word := range []string{"foreign", "broken"} {
		if !strings.Contains(told.String(), word) {
			t.Errorf("nothing is told of %s", word)
		}
	}
}

// picky cannot complete anything any more, as when an emulator has gone.
type picky struct{ *testpersonality.Personality }

func (picky) CompleteDomain(*domxml.Domain) error { return errors.New("the emulator has gone") }

func TestLoadWhatCannotBeCompleted(t *testing.T) {
	s, told := loading(t, kept(domainDoc("good", idA, "")), picky{&testpersonality.Personality{}})
	if got := namesOf(all(t, s)); got != "good" {
		t.Errorf("domains: %s", got)
	}
	if !strings.Contains(told.String(), "the emulator has gone") {
		t.Errorf("told: %s", told)
	}
}

// What is marked starts once after each boot.
func TestAutostart(t *testing.T) {
	domain, network := domainDoc("d", idA, ""), drivers.Kept{Kind: drivers.KindNetwork, Name: "n", Document: []byte(fmt.Sprintf(keptNetwork, "")), Autostart: true}
	domain.Autostart = true
	pool := drivers.Kept{Kind: drivers.KindStoragePool, Name: "p", Document: []byte(fmt.Sprintf(keptPool, "")), Autostart: true}
	k := kept(domain, domainDoc("other", idB, ""), network, pool)
	for boot := range 3 {
		if boot == 2 {
			k.boots = map[drivers.Kind]bool{} // the machine has booted
		}
		e := newDaemon(k)
		if err := e.Open(t.Context(), "test:///default"); err != nil {
			t.Fatal(err)
		}
		s := connect(t, e, "test:///default")
		state := func() string {
			return fmt.Sprintln(must(t, s, rp.DomainIsActive, &rp.DomainIsActiveArgs{Dom: s.dom("d")}).Active, must(t, s, rp.DomainIsActive, &rp.DomainIsActiveArgs{Dom: s.dom("other")}).Active,
				must(t, s, rp.NetworkIsActive, &rp.NetworkIsActiveArgs{Net: s.net("n")}).Active, must(t, s, rp.StoragePoolIsActive, &rp.StoragePoolIsActiveArgs{Pool: s.pool("p")}).Active)
		}
		// The pool goes on after a daemon has ended: it was not stopped.
		want, settled := "1 0 1 1\n", func() bool { k.mu.Lock(); defer k.mu.Unlock(); return k.asked == 3*(boot+1) }
		if boot == 1 {
			want = "0 0 0 1\n"
		}
		deadline := time.Now().Add(10 * time.Second)
		for state() != want && time.Now().Before(deadline) || !settled() {
			time.Sleep(time.Millisecond)
		}
		if got := state(); got != want {
			t.Errorf("boot %d: %s, want %s", boot, got, want)
		}
		if boot == 1 {
			delete(k.kept, keyOf(drivers.KindStoragePoolState, "", "p")) // /run is empty after a boot
		}
	}
}

// keptLasting has guests and definitions that outlive the daemon.
type keptLasting struct {
	*lasting
	keeper drivers.Keeper
}

func (l keptLasting) Open(ctx context.Context, uri *url.URL) (*drivers.Host, error) {
	h, err := l.lasting.Open(ctx, uri)
	h.Keeper = l.keeper
	return h, err
}

// A transient domain whose guest is found again has its snapshots, too; they
// go with it.
func TestSnapshotsOfASurvivor(t *testing.T) {
	l, k := newLasting(), newMemoryKeeper()
	open := func() *session {
		return connect(t, engine.New(engine.Config{Drivers: []drivers.Driver{keptLasting{l, k}}, Now: now}), "lasting:///")
	}
	s := open()
	must(t, s, rp.DomainCreateXML, &rp.DomainCreateXMLArgs{XMLDesc: string(domainDoc("good", idA, "").Document)})
	if err := snapshotStep("s", "good", 0).do(s); err != nil {
		t.Fatal(err)
	}
	s = open()
	d := s.dom("good")
	if n := must(t, s, rp.DomainSnapshotNum, &rp.DomainSnapshotNumArgs{Dom: d}).Num; n != 1 || d.ID < 0 {
		t.Errorf("%d snapshots, id %d", n, d.ID)
	}
	if p := must(t, s, rp.DomainIsPersistent, &rp.DomainIsPersistentArgs{Dom: d}).Persistent; p != 0 {
		t.Error("it has become persistent")
	}
	fails(t, s, rp.DomainSetAutostart, &rp.DomainSetAutostartArgs{Dom: d, Autostart: 1}, vir.ErrOperationInvalid,
		"Requested operation is not valid: cannot set autostart for transient domain")
	must(t, s, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: d})
	deadline := time.Now().Add(10 * time.Second)
	for len(k.content()) > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if c := k.content(); len(c) > 0 {
		t.Errorf("left: %v", c)
	}
}

// What is marked on a host that was empty when it was first opened does not
// start with the next daemon: that is for the next boot.
func TestAutostartLater(t *testing.T) {
	k := newMemoryKeeper()
	for life := range 3 {
		s := connect(t, newDaemon(k), "test:///default")
		if life == 0 {
			d := must(t, s, rp.DomainDefineXML, &rp.DomainDefineXMLArgs{XML: document("d")}).Dom
			must(t, s, rp.DomainSetAutostart, &rp.DomainSetAutostartArgs{Dom: d, Autostart: 1})
			continue
		}
		if life == 2 {
			k.boots = map[drivers.Kind]bool{} // the machine has booted
			s = connect(t, newDaemon(k), "test:///default")
		}
		active := func() bool {
			return must(t, s, rp.DomainIsActive, &rp.DomainIsActiveArgs{Dom: s.dom("d")}).Active != 0
		}
		for end := time.Now().Add(5 * time.Second); life == 2 && !active() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if active() != (life == 2) {
			t.Errorf("life %d: the domain is active: %v", life, active())
		}
	}
}

// A daemon that is killed while it renames a domain leaves two definitions of
// it: one counts, and what was marked stays so.
func TestHalfRenamed(t *testing.T) {
	old, now := domainDoc("a", idA, ""), domainDoc("b", idA, "")
	now.Autostart = true
	other := domainDoc("c", idA, "<title>x</title>") // which somebody has put there
	k := kept(old, now, other)
	for range 2 {
		s := connect(t, newDaemon(k.after()), "test:///default")
		if got := namesOf(all(t, s)); got != "a" {
			t.Errorf("domains: %s", got)
		}
	}
	s := connect(t, newDaemon(k), "test:///default")
	if a := must(t, s, rp.DomainGetAutostart, &rp.DomainGetAutostartArgs{Dom: s.dom("a")}).Autostart; a != 1 {
		t.Error("the mark is lost")
	}
	left := k.content()
	_, a := left[keyOf(drivers.KindDomain, "", "a")]
	_, b := left[keyOf(drivers.KindDomain, "", "b")]
	_, c := left[keyOf(drivers.KindDomain, "", "c")]
	if !a || b || !c {
		t.Errorf("left are a %v, b %v, c %v", a, b, c)
	}
}
