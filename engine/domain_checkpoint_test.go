package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestCheckpointAnswers compares with what 11.3.0 has answered to the
// documents of the corpus.
func TestCheckpointAnswers(t *testing.T) {
	for _, a := range corpus.Answers(t, "ref1130-test", "checkpoint") {
		answerMoment(t, &a, "checkpoint")
	}
}

func TestCheckpoints(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	dom := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestOne, "a")}).Dom
	create := func(doc string, flags vir.DomainCheckpointCreateFlags) error {
		_, err := do(s, remoteproto.DomainCheckpointCreateXML, &remoteproto.DomainCheckpointCreateXMLArgs{Dom: dom, XMLDesc: doc, Flags: uint32(flags)})
		if bad := s.engine.Invariants(); bad != nil {
			t.Error(bad)
		}
		return err
	}
	named := func(name, rest string) string {
		return "<domaincheckpoint><name>" + name + "</name>" + rest + "</domaincheckpoint>"
	}
	ref := func(name string) remoteproto.DomainCheckpoint {
		return remoteproto.DomainCheckpoint{Name: name, Dom: dom}
	}
	trees := func() string {
		var b strings.Builder
		for _, c := range must(t, s, remoteproto.DomainListAllCheckpoints, &remoteproto.DomainListAllCheckpointsArgs{Dom: dom, NeedResults: 1, Flags: uint32(vir.DomainCheckpointListTopological)}).Checkpoints {
			b.WriteString(c.Name)
			if p, err := do(s, remoteproto.DomainCheckpointGetParent, &remoteproto.DomainCheckpointGetParentArgs{Checkpoint: c}); err == nil {
				b.WriteString("<" + p.Parent.Name)
			}
			b.WriteString(" ")
		}
		return strings.TrimSpace(b.String())
	}
	const schema = "XML document failed to validate against schema: Unable to validate doc against /usr/share/libvirt/schemas/domaincheckpoint.rng\n%s"
	extra := func(name string) string {
		return fmt.Sprintf(schema, "Extra element "+name+" in interleave\nElement domaincheckpoint failed to validate content\n")
	}
	if err := create("oops", 0); err == nil || err.Error() != "Operation not supported: cannot create checkpoint for inactive domain" {
		t.Error(err)
	}
	must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
	const history = "<creationTime>7</creationTime>"
	for _, c := range []struct {
		doc, text string
		flags     vir.DomainCheckpointCreateFlags
	}{
		{doc: "oops", text: "at line 1: Start tag expected, '<' not found\noops\n^"},
		{doc: "<x/>", text: "XML error: expecting root element of 'domaincheckpoint', not 'x'"},
		{doc: named("a/b", ""), text: extra("name")},
		{doc: named("c", "<nosuch/>"), text: fmt.Sprintf(schema, "Element domaincheckpoint has extra content: nosuch\n")},
		{doc: named("c", "<domain/>"), text: extra("domain")},
		{doc: named("c", "<disks/>"), text: extra("disks")},
		{doc: named("c", "<disks><disk name='vda' checkpoint='no' bitmap='b'/></disks>"), text: extra("disks")},
		{doc: named("c", "<disks><disk name='vdx'/></disks>"), text: "unsupported configuration: no disk named 'vdx'"},
		{doc: named("c", "<disks><disk name='vda'/><disk name='vda'/></disks>"), text: "unsupported configuration: too many disk checkpoint requests for domain"},
		{doc: named("c", ""), flags: 1, text: "internal error: missing creationTime from existing checkpoint"},
		{doc: "<domaincheckpoint/>", flags: 1, text: "XML error: a redefined checkpoint must have a name"},
		{doc: named("c", history+"<parent><name>d</name></parent>"), flags: 1, text: "invalid argument: parent d for moment c not found"},
		{doc: named("c", history), flags: 5, text: "unsupported flags (0x4) in function testDomainCheckpointCreateXML"},
		{doc: named("c", history), flags: 3, text: "Flags 'VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE' and 'VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE' are mutually exclusive"},
		{doc: named("c", history), flags: 4, text: "Flag 'VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE' is required by flag 'VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE'"},
	} {
		if err := create(c.doc, c.flags); err == nil || !strings.HasSuffix(err.Error(), c.text) {
			t.Errorf("%s, flags %d: %v, want %s", c.doc, c.flags, err, c.text)
		}
	}
	// The first is current although it is only described.
	if err := create(named("x", history), 1); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"y", "z"} {
		if err := create(named(n, ""), 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := trees(); got != "x y<x z<y" {
		t.Errorf("made: %s", got)
	}
	if err := create(named("z", ""), 0); err == nil || err.Error() != "operation failed: domain moment z already exists" {
		t.Error(err)
	}
	_, err := do(s, remoteproto.DomainSnapshotCreateXML, &remoteproto.DomainSnapshotCreateXMLArgs{Dom: dom, XMLDesc: "oops"})
	if err == nil || err.Error() != "Operation not supported: cannot create snapshot while checkpoint exists" {
		t.Error(err)
	}
	xml := func(name string, flags vir.DomainCheckpointXMLFlags) (string, error) {
		r, err := do(s, remoteproto.DomainCheckpointGetXMLDesc, &remoteproto.DomainCheckpointGetXMLDescArgs{Checkpoint: ref(name), Flags: uint32(flags)})
		if err != nil {
			return "", err
		}
		return r.XML, nil
	}
	if text, err := xml("z", vir.DomainCheckpointXMLNoDomain|vir.DomainCheckpointXMLSize); err != nil ||
		!strings.Contains(text, "<disk name='vda' checkpoint='bitmap' bitmap='z'/>") || strings.Contains(text, "<domain ") {
		t.Errorf("%s %v", text, err)
	}
	must(t, s, remoteproto.DomainCheckpointDelete, &remoteproto.DomainCheckpointDeleteArgs{Checkpoint: ref("z"), Flags: uint32(vir.DomainCheckpointDeleteMetadataOnly)})
	if err := create(named("w", ""), 0); err != nil {
		t.Fatal(err)
	}
	if got := trees(); got != "x y<x w<y" {
		t.Errorf("after the current one has gone: %s", got)
	}
	must(t, s, remoteproto.DomainCheckpointDelete, &remoteproto.DomainCheckpointDeleteArgs{Checkpoint: ref("x"), Flags: uint32(vir.DomainCheckpointDeleteChildrenOnly)})
	if got := trees(); got != "x" {
		t.Errorf("without children: %s", got)
	}
	must(t, s, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: dom})
	if _, err := xml("x", vir.DomainCheckpointXMLSize); err == nil || err.Error() != "Requested operation is not valid: domain is not running" {
		t.Error(err)
	}
	if n := must(t, s, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{Flags: uint32(vir.ConnectListDomainsHasCheckpoint)}).Ret; n != 1 {
		t.Errorf("%d domains have a checkpoint", n)
	}
	// Nothing keeps a domain with checkpoints from going.
	must(t, s, remoteproto.DomainUndefine, &remoteproto.DomainUndefineArgs{Dom: dom})
}
