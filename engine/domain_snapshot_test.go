package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

const (
	diskXML  = `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/nosuch/vda.qcow2'/><target dev='vda' bus='virtio'/></disk>`
	guestOne = `<domain type='test'><name>%s</name><memory>65536</memory><os><type>hvm</type></os><devices>` + diskXML + `</devices></domain>`
)

// snapshots is a domain with the calls that the tests below make.
type snapshots struct {
	t   *testing.T
	s   *session
	dom remoteproto.Domain
}

func withSnapshots(t *testing.T, names ...string) *snapshots {
	s := connect(t, newEngine(true), "test:///default")
	x := &snapshots{t, s, must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestOne, "a")}).Dom}
	for _, n := range names {
		x.take(n, 0)
	}
	return x
}

func (x *snapshots) create(doc string, flags vir.DomainSnapshotCreateFlags) error {
	_, err := do(x.s, remoteproto.DomainSnapshotCreateXML, &remoteproto.DomainSnapshotCreateXMLArgs{Dom: x.dom, XMLDesc: doc, Flags: uint32(flags)})
	x.check()
	return err
}

func (x *snapshots) take(name string, flags vir.DomainSnapshotCreateFlags) {
	x.t.Helper()
	if err := x.create("<domainsnapshot><name>"+name+"</name></domainsnapshot>", flags); err != nil {
		x.t.Fatal(err)
	}
}

func (x *snapshots) ref(name string) remoteproto.DomainSnapshot {
	return remoteproto.DomainSnapshot{Name: name, Dom: x.dom}
}

func (x *snapshots) revert(name string, flags vir.DomainSnapshotRevertFlags) {
	x.t.Helper()
	must(x.t, x.s, remoteproto.DomainRevertToSnapshot, &remoteproto.DomainRevertToSnapshotArgs{Snap: x.ref(name), Flags: uint32(flags)})
	x.check()
}

func (x *snapshots) remove(name string, flags vir.DomainSnapshotDeleteFlags) {
	x.t.Helper()
	must(x.t, x.s, remoteproto.DomainSnapshotDelete, &remoteproto.DomainSnapshotDeleteArgs{Snap: x.ref(name), Flags: uint32(flags)})
	x.check()
}

// check looks at what must be true after every call: at most one snapshot is
// current, and the engine's own invariants.
func (x *snapshots) check() {
	x.t.Helper()
	current := 0
	for _, n := range x.list(0) {
		r := must(x.t, x.s, remoteproto.DomainSnapshotIsCurrent, &remoteproto.DomainSnapshotIsCurrentArgs{Snap: x.ref(n)})
		current += int(r.Current)
	}
	has := must(x.t, x.s, remoteproto.DomainHasCurrentSnapshot, &remoteproto.DomainHasCurrentSnapshotArgs{Dom: x.dom}).Result
	if current > 1 || current != int(has) {
		x.t.Errorf("%d current snapshots, has current %d", current, has)
	}
	if err := x.s.engine.Invariants(); err != nil {
		x.t.Error(err)
	}
}

func (x *snapshots) list(flags vir.DomainSnapshotListFlags) (names []string) {
	x.t.Helper()
	r := must(x.t, x.s, remoteproto.DomainListAllSnapshots, &remoteproto.DomainListAllSnapshotsArgs{Dom: x.dom, NeedResults: 1, Flags: uint32(flags)})
	for _, s := range r.Snapshots {
		names = append(names, s.Name)
	}
	old := must(x.t, x.s, remoteproto.DomainSnapshotListNames, &remoteproto.DomainSnapshotListNamesArgs{Dom: x.dom, Maxnames: 1000, Flags: uint32(flags)})
	n := must(x.t, x.s, remoteproto.DomainSnapshotNum, &remoteproto.DomainSnapshotNumArgs{Dom: x.dom, Flags: uint32(flags)})
	if !slices.Equal(old.Names, append([]string{}, names...)) || int(n.Num) != len(names) || int(r.Ret) != len(names) {
		x.t.Errorf("flags %#x: %v, names %v, number %d", flags, names, old.Names, n.Num)
	}
	return names
}

// trees shows every snapshot with its parent, the current one with a star.
func (x *snapshots) trees() string {
	var b strings.Builder
	for _, n := range x.list(vir.DomainSnapshotListTopological) {
		b.WriteString(n)
		if p, err := do(x.s, remoteproto.DomainSnapshotGetParent, &remoteproto.DomainSnapshotGetParentArgs{Snap: x.ref(n)}); err == nil {
			b.WriteString("<" + p.Snap.Name)
		}
		if must(x.t, x.s, remoteproto.DomainSnapshotIsCurrent, &remoteproto.DomainSnapshotIsCurrentArgs{Snap: x.ref(n)}).Current != 0 {
			b.WriteString("*")
		}
		b.WriteString(" ")
	}
	return strings.TrimSpace(b.String())
}

func (x *snapshots) want(what, trees string) {
	x.t.Helper()
	if got := x.trees(); got != trees {
		x.t.Errorf("%s: %s, want %s", what, got, trees)
	}
}

// TestSnapshotTrees has what 11.3.0 does to the trees.
func TestSnapshotTrees(t *testing.T) {
	x := withSnapshots(t, "r")
	for _, n := range []string{"w", "x", "z"} {
		x.take(n, 0)
		x.revert("r", 0)
	}
	x.revert("x", 0)
	for _, n := range []string{"x1", "x2"} {
		x.take(n, 0)
		x.revert("x", 0)
	}
	x.want("siblings", "r z<r x<r* x2<x x1<x w<r")
	x.remove("x", 0)
	x.want("orphans come first", "r* x2<r x1<r z<r w<r")
	x.revert("z", 0)
	x.remove("z", 0)
	x.want("the parent of the current one follows it", "r* x2<r x1<r w<r")
	x.revert("w", 0)
	x.remove("r", vir.DomainSnapshotDeleteChildrenOnly)
	x.want("children only", "r*")
	x.take("y", 0)
	x.take("y2", 0)
	x.remove("y", vir.DomainSnapshotDeleteChildren)
	x.want("with children", "r*")
	x.remove("r", 0)
	x.want("nothing", "")
	fails(t, x.s, remoteproto.DomainSnapshotCurrent, &remoteproto.DomainSnapshotCurrentArgs{Dom: x.dom}, vir.ErrNoDomainSnapshot,
		"Domain snapshot not found: the domain does not have a current snapshot")
	fails(t, x.s, remoteproto.DomainSnapshotDelete, &remoteproto.DomainSnapshotDeleteArgs{Snap: x.ref("r")}, vir.ErrNoDomainSnapshot,
		"Domain snapshot not found: no domain snapshot with matching name 'r'")
}

// redefine is a document about a snapshot that exists.
func (x *snapshots) redefine(name, state, rest string) string {
	dom := must(x.t, x.s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: x.dom, Flags: uint32(vir.DomainXMLInactive)}).XML
	return fmt.Sprintf("<domainsnapshot><name>%s</name><state>%s</state><creationTime>7</creationTime>%s%s</domainsnapshot>", name, state, rest, dom)
}

func TestSnapshotRedefine(t *testing.T) {
	x := withSnapshots(t, "a", "b")
	const redefine = vir.DomainSnapshotCreateRedefine
	for _, c := range []struct{ doc, text string }{
		{"<domainsnapshot/>", "XML error: a redefined snapshot must have a name"},
		{"<domainsnapshot><name>c</name></domainsnapshot>", "internal error: missing creationTime from existing snapshot"},
		{"<domainsnapshot><name>c</name><creationTime>7</creationTime></domainsnapshot>", "XML error: missing state from existing snapshot"},
		{"<domainsnapshot><name>c</name><creationTime>7</creationTime><state>running</state></domainsnapshot>", "internal error: missing domain in snapshot"},
		{x.redefine("c", "nosuch", ""), "unsupported configuration: Invalid state 'nosuch' in domain snapshot XML"},
		{x.redefine("c", "running", "<parent><name>c</name></parent>"), "invalid argument: cannot set moment c as its own parent"},
		{x.redefine("c", "running", "<parent><name>d</name></parent>"), "invalid argument: parent d for moment c not found"},
		{x.redefine("a", "shutoff", "<parent><name>b</name></parent>"), "invalid argument: parent b would create cycle to a"},
		{x.redefine("a", "running", ""), "invalid argument: cannot change between online and offline snapshot state in snapshot a"},
		{x.redefine("a", "disk-snapshot", ""), "invalid argument: cannot change between disk only and full system in snapshot a"},
		{x.redefine("c", "shutoff", "<memory snapshot='internal'/>"), "XML error: memory state cannot be saved with offline or disk-only snapshot"},
		{strings.ReplaceAll(x.redefine("c", "running", ""), "<uuid>", "<uuid>f"), "internal error: malformed uuid element"},
	} {
		if err := x.create(c.doc, redefine); err == nil || err.Error() != c.text {
			t.Errorf("%.120s: %v, want %s", c.doc, err, c.text)
		}
	}
	if err := x.create(x.redefine("a", "shutoff", ""), redefine); err != nil {
		t.Error(err)
	}
	x.want("children stay", "a b<a*")
	if err := x.create(x.redefine("b", "shutoff", ""), redefine); err != nil {
		t.Error(err)
	}
	x.want("a new root, still current", "b* a")
	if err := x.create(x.redefine("a", "shutoff", "<parent><name>b</name></parent>"), redefine|vir.DomainSnapshotCreateCurrent); err != nil {
		t.Error(err)
	}
	x.want("made current", "b a<b*")
}

func TestSnapshotFilters(t *testing.T) {
	x := withSnapshots(t, "off")
	must(t, x.s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: x.dom})
	x.take("on", 0)
	for _, c := range []struct{ name, state, rest string }{
		{"disk", "disk-snapshot", "<disks><disk name='vda' snapshot='no'/></disks>"},
		{"ext", "paused", "<memory snapshot='external' file='/m'/><disks><disk name='vda' snapshot='no'/></disks>"},
	} {
		if err := x.create(x.redefine(c.name, c.state, c.rest), vir.DomainSnapshotCreateRedefine); err != nil {
			t.Fatal(err)
		}
	}
	for f, want := range map[vir.DomainSnapshotListFlags]string{
		0: "ext disk off on", vir.DomainSnapshotListRoots: "ext disk off", vir.DomainSnapshotListLeaves: "ext disk on",
		vir.DomainSnapshotListNoLeaves: "off", vir.DomainSnapshotListLeaves | vir.DomainSnapshotListNoLeaves: "",
		vir.DomainSnapshotListMetadata: "ext disk off on", vir.DomainSnapshotListNoMetadata: "",
		vir.DomainSnapshotListMetadata | vir.DomainSnapshotListNoMetadata: "ext disk off on",
		vir.DomainSnapshotListInactive:                                    "off", vir.DomainSnapshotListActive: "ext on", vir.DomainSnapshotListDiskOnly: "disk",
		vir.DomainSnapshotListInactive | vir.DomainSnapshotListDiskOnly: "disk off",
		vir.DomainSnapshotListInternal:                                  "disk off on", vir.DomainSnapshotListExternal: "ext",
	} {
		if got := strings.Join(x.list(f), " "); got != want {
			t.Errorf("flags %#x: %s, want %s", f, got, want)
		}
	}
	for _, c := range []struct {
		flags vir.ConnectListAllDomainsFlags
		n     uint32
	}{{vir.ConnectListDomainsHasSnapshot, 1}, {vir.ConnectListDomainsNoSnapshot, 1}, {vir.ConnectListDomainsHasCheckpoint, 0}} {
		if n := must(t, x.s, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{Flags: uint32(c.flags)}).Ret; n != c.n {
			t.Errorf("domains with flags %#x: %d, want %d", c.flags, n, c.n)
		}
	}
}

// lifecycles are the events so far: kind, detail and the id of the domain.
func (x *snapshots) lifecycles() (out [][3]int32) {
	for _, e := range x.s.take() {
		var m remoteproto.DomainEventCallbackLifecycleMsg
		rd := xdr.NewReader(e.body)
		if m.DecodeXDR(rd); rd.Err() != nil {
			x.t.Fatal(rd.Err())
		}
		out = append(out, [3]int32{m.Msg.Event, m.Msg.Detail, m.Msg.Dom.ID})
	}
	return out
}

// TestSnapshotRevert is the table of 11.3.0: from each state to each snapshot.
func TestSnapshotRevert(t *testing.T) {
	const (
		stoppedOff = "[5 6 -1]"
		started    = "[2 3 %d]"
		suspended  = "[3 5 %d]"
	)
	x := withSnapshots(t, "off")
	must(t, x.s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: x.dom})
	x.take("run", 0)
	must(t, x.s, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: x.dom})
	x.take("pau", 0)
	must(t, x.s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{})
	for _, to := range []string{"off", "run", "pau"} {
		for _, flags := range []vir.DomainSnapshotRevertFlags{0, vir.DomainSnapshotRevertRunning, vir.DomainSnapshotRevertPaused} {
			for _, from := range []string{"off", "run", "pau"} {
				x.revert(from, 0)
				x.s.take()
				x.revert(to, flags)
				id := lookup(t, x.s, "a").ID
				var want []string
				if from != "off" {
					want = append(want, stoppedOff)
				}
				paused := flags == vir.DomainSnapshotRevertPaused || flags == 0 && to == "pau"
				if to != "off" || flags != 0 {
					want = append(want, fmt.Sprintf(started, id))
				}
				if paused {
					want = append(want, fmt.Sprintf(suspended, id))
				}
				if got := fmt.Sprint(x.lifecycles()); got != "["+strings.Join(want, " ")+"]" {
					t.Errorf("from %s to %s, flags %d: events %s, want %v", from, to, flags, got, want)
				}
				state, reason := vir.DomainShutoff, int32(vir.DomainShutoffFromSnapshot)
				switch {
				case to == "off":
				case paused:
					state, reason = vir.DomainPaused, int32(vir.DomainPausedFromSnapshot)
				default:
					state, reason = vir.DomainRunning, int32(vir.DomainRunningFromSnapshot)
				}
				if st := must(t, x.s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: x.dom}); st.State != int32(state) || st.Reason != reason {
					t.Errorf("from %s to %s, flags %d: %+v", from, to, flags, st)
				}
			}
		}
	}
}

func TestSnapshotOfTransient(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	x := &snapshots{t, s, must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: fmt.Sprintf(guestOne, "t")}).Dom}
	if err := x.create("oops", vir.DomainSnapshotCreateHalt); err == nil || err.Error() != "Requested operation is not valid: cannot halt after transient domain snapshot" {
		t.Error(err)
	}
	if err := x.create(x.redefine("off", "shutoff", ""), vir.DomainSnapshotCreateRedefine); err != nil {
		t.Fatal(err)
	}
	fails(t, s, remoteproto.DomainRevertToSnapshot, &remoteproto.DomainRevertToSnapshotArgs{Snap: x.ref("off")}, vir.ErrOperationInvalid,
		"Requested operation is not valid: transient domain needs to request run or pause to revert to inactive snapshot")
	x.revert("off", vir.DomainSnapshotRevertRunning)
	// As in the reference it has neither guest nor definition now, and can start.
	if p := must(t, s, remoteproto.DomainIsPersistent, &remoteproto.DomainIsPersistentArgs{Dom: x.dom}).Persistent; p != 0 {
		t.Error("persistent after a revert")
	}
	fails(t, s, remoteproto.DomainUndefine, &remoteproto.DomainUndefineArgs{Dom: x.dom}, vir.ErrOperationInvalid,
		"Requested operation is not valid: cannot delete inactive domain with 1 snapshots")
	must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: x.dom})
	must(t, s, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: x.dom})
	if _, err := do(s, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "t"}); err == nil {
		t.Error("a transient domain has outlived its guest")
	}
	// Its snapshots have gone with it.
	x.dom = must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: fmt.Sprintf(guestOne, "t")}).Dom
	x.want("afresh", "")
}

func TestSnapshotAndUndefine(t *testing.T) {
	x := withSnapshots(t, "a", "b")
	undefine := func(flags vir.DomainUndefineFlags) error {
		_, err := do(x.s, remoteproto.DomainUndefineFlags, &remoteproto.DomainUndefineFlagsArgs{Dom: x.dom, Flags: uint32(flags)})
		return err
	}
	if err := undefine(vir.DomainUndefineManagedSave); err == nil || err.Error() != "Requested operation is not valid: cannot delete inactive domain with 2 snapshots" {
		t.Error(err)
	}
	name := "b2"
	must(t, x.s, remoteproto.DomainRename, &remoteproto.DomainRenameArgs{Dom: x.dom, NewName: &name})
	x.want("renamed", "a b<a*")
	if err := undefine(vir.DomainUndefineSnapshotsMetadata); err != nil {
		t.Error(err)
	}
	x.dom = must(t, x.s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestOne, "a")}).Dom
	x.want("afresh", "")
	// An active domain keeps them: it only becomes transient.
	x.take("a", 0)
	must(t, x.s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: x.dom})
	if err := undefine(0); err != nil {
		t.Error(err)
	}
	x.want("transient", "a*")
}

// generated are the parts of a recorded answer that the time decides.
var generated = regexp.MustCompile(`\b1[0-9]{9}\b`)

var parentName = regexp.MustCompile(`<parent>\s*<name>(.*?)</name>`)

// TestSnapshotAnswers compares with what 11.3.0 has answered to the documents
// of the corpus.
func TestSnapshotAnswers(t *testing.T) {
	for _, a := range corpus.Answers(t, "ref1130-test", "snapshot") {
		answerMoment(t, &a, "snapshot")
	}
}

// answerMoment makes a snapshot or checkpoint of an active domain, as the
// recording did.
func answerMoment(t *testing.T, a *corpus.Answer, kind string) {
	t.Run(a.Name, func(t *testing.T) {
		var more struct {
			Domain string `json:"domain_xml"`
			Flags  uint32
		}
		if err := json.Unmarshal(a.Raw, &more); err != nil {
			t.Fatal(err)
		}
		doc := corpusInput(t, kind, a.In)
		s := connect(t, newEngine(true), "test:///default")
		// The images were there when it was recorded.
		const images = "/var/lib/libvirt/images"
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "vda.qcow2"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		more.Domain = strings.ReplaceAll(more.Domain, images, dir)
		dom := must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: more.Domain}).Dom
		var text string
		var err error
		// So were the parents.
		if p := parentName.FindStringSubmatch(doc); p != nil && more.Flags != 0 && kind == "snapshot" {
			must(t, s, remoteproto.DomainSnapshotCreateXML, &remoteproto.DomainSnapshotCreateXMLArgs{Dom: dom, XMLDesc: "<domainsnapshot><name>" + p[1] + "</name></domainsnapshot>"})
		}
		if kind == "snapshot" {
			var r *remoteproto.DomainSnapshotCreateXMLRet
			if r, err = do(s, remoteproto.DomainSnapshotCreateXML, &remoteproto.DomainSnapshotCreateXMLArgs{Dom: dom, XMLDesc: doc, Flags: more.Flags}); err == nil {
				text = must(t, s, remoteproto.DomainSnapshotGetXMLDesc, &remoteproto.DomainSnapshotGetXMLDescArgs{Snap: r.Snap}).XML
			}
		} else {
			var r *remoteproto.DomainCheckpointCreateXMLRet
			if r, err = do(s, remoteproto.DomainCheckpointCreateXML, &remoteproto.DomainCheckpointCreateXMLArgs{Dom: dom, XMLDesc: doc, Flags: more.Flags}); err == nil {
				text = must(t, s, remoteproto.DomainCheckpointGetXMLDesc, &remoteproto.DomainCheckpointGetXMLDescArgs{Checkpoint: r.Checkpoint}).XML
			}
		}
		if a.OK != (err == nil) {
			t.Fatalf("%v, want %v %v", err, a.OK, a.Error)
		}
		if err != nil {
			if e := err.(*vir.Error); int32(e.Code) != a.Error.Code || int32(e.Domain) != a.Error.Domain || e.Message != a.Error.Message {
				t.Errorf("%v, want %v", e, a.Error)
			}
			return
		}
		got, want := generated.ReplaceAllString(strings.ReplaceAll(text, dir, images), "TIME"), generated.ReplaceAllString(a.XML, "TIME")
		if got != want {
			t.Errorf("%s\nwant:\n%s", got, want)
		}
	})
}

// corpusInput reads a document of the corpus.
func corpusInput(t *testing.T, kind, in string) string {
	t.Helper()
	for _, e := range corpus.Index(t, kind) {
		if e.In == in {
			return string(e.Input(t))
		}
	}
	t.Fatalf("no %s %s in the corpus", kind, in)
	return ""
}

func TestDifference25RevertKeepsName(t *testing.T) {
	x := withSnapshots(t, "s")
	name := "b"
	must(t, x.s, remoteproto.DomainRename, &remoteproto.DomainRenameArgs{Dom: x.dom, NewName: &name})
	x.revert("s", 0)
	if d := lookup(t, x.s, "b"); d.Name != "b" {
		t.Errorf("found under b: %s", d.Name)
	}
	text := must(t, x.s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: x.dom}).XML
	if !strings.Contains(text, "<name>b</name>") {
		t.Error(text)
	}
}

func TestDifference26SnapshotNames(t *testing.T) {
	x := withSnapshots(t, "s", "t", "u")
	for limit := range int32(5) {
		r := must(t, x.s, remoteproto.DomainSnapshotListNames, &remoteproto.DomainSnapshotListNamesArgs{Dom: x.dom, Maxnames: limit})
		if len(r.Names) != min(3, int(limit)) {
			t.Errorf("at most %d: %v", limit, r.Names)
		}
		c := must(t, x.s, remoteproto.DomainSnapshotListChildrenNames, &remoteproto.DomainSnapshotListChildrenNamesArgs{
			Snap: x.ref("s"), Maxnames: limit, Flags: uint32(vir.DomainSnapshotListDescendants),
		})
		if len(c.Names) != min(2, int(limit)) {
			t.Errorf("at most %d children: %v", limit, c.Names)
		}
	}
}

// TestSnapshotNamesItsDomain: replies have the domain as the caller named it,
// even with an id of the past, except where the call itself ends the guest.
func TestSnapshotNamesItsDomain(t *testing.T) {
	x := withSnapshots(t, "s")
	x.dom.ID = 7
	if r := must(t, x.s, remoteproto.DomainSnapshotCurrent, &remoteproto.DomainSnapshotCurrentArgs{Dom: x.dom}); r.Snap.Dom != x.dom {
		t.Errorf("current: %+v", r.Snap.Dom)
	}
	must(t, x.s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: x.dom})
	r := must(t, x.s, remoteproto.DomainSnapshotCreateXML, &remoteproto.DomainSnapshotCreateXMLArgs{
		Dom: x.dom, XMLDesc: "<domainsnapshot><name>h</name></domainsnapshot>", Flags: uint32(vir.DomainSnapshotCreateHalt),
	})
	if r.Snap.Dom.ID != -1 {
		t.Errorf("halted: %+v", r.Snap.Dom)
	}
}

// TestSnapshotWithoutAliases: what only a running guest has is not saved.
func TestSnapshotWithoutAliases(t *testing.T) {
	x := withSnapshots(t)
	must(t, x.s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: x.dom})
	must(t, x.s, remoteproto.DomainAttachDeviceFlags, &remoteproto.DomainAttachDeviceFlagsArgs{
		Dom: x.dom, XML: strings.ReplaceAll(diskXML, "vda", "vdb"), Flags: uint32(vir.DomainDeviceModifyLive),
	})
	live := must(t, x.s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: x.dom}).XML
	x.take("s", 0)
	saved := must(t, x.s, remoteproto.DomainSnapshotGetXMLDesc, &remoteproto.DomainSnapshotGetXMLDescArgs{Snap: x.ref("s")}).XML
	if !strings.Contains(live, "<alias ") || strings.Contains(saved, "<alias ") || !strings.Contains(saved, "vdb") {
		t.Errorf("live:\n%s\nsaved:\n%s", live, saved)
	}
}
