package testpersonality

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

// extended is a domain of a world file with something of the driver's own.
func extended(inside string) string {
	return "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>a</name><memory>1024</memory><os><type>hvm</type></os>" +
		inside + "<devices/></domain>"
}

const snapshotDomain = "<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os></domain>"

// kept is what stands in a file about a snapshot.
func kept(name, parent string, active int) string {
	if parent != "" {
		parent = "<parent><name>" + parent + "</name></parent>"
	}
	return fmt.Sprintf("<name>%s</name><creationTime>7</creationTime><state>shutoff</state><active>%d</active>%s%s", name, active, parent, snapshotDomain)
}

func inlineSnapshot(name, parent string, active int) string {
	return "<test:domainsnapshot>" + kept(name, parent, active) + "</test:domainsnapshot>"
}

// TestWorldAnswers has what 11.3.0 says of each file.
func TestWorldAnswers(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("snapshot.xml", "<domainsnapshot>"+kept("s", "", 0)+"</domainsnapshot>")
	file("other.xml", "<x/>")
	file("bad.xml", "<x")
	file("domain.xml", extended(""))
	const space, none = vir.FromTest, vir.FromNone
	for _, c := range []struct {
		name, doc string
		code      vir.ErrorNumber
		domain    vir.ErrorDomain
		text      string
		snapshots int
	}{
		{name: "in the file", doc: extended(inlineSnapshot("s", "", 1) + inlineSnapshot("t", "s", 0)), snapshots: 2},
		{name: "in a file of its own", doc: extended("<test:domainsnapshot file='snapshot.xml'/>"), snapshots: 1},
		{name: "children first", doc: extended(inlineSnapshot("t", "s", 0) + "<test:domainsnapshot file='snapshot.xml'/>"), snapshots: 2},
		{name: "another element", doc: extended("<test:domainsnapshots>" + inlineSnapshot("s", "", 0) + "</test:domainsnapshots>")},
		{name: "two active", doc: extended(inlineSnapshot("s", "", 1) + inlineSnapshot("t", "s", 1)), code: vir.ErrInternalError, domain: space,
			text: "internal error: more than one snapshot claims to be active"},
		{name: "no parent", doc: extended(inlineSnapshot("t", "s", 0)), code: vir.ErrInternalError, domain: space,
			text: "internal error: Snapshots have inconsistent relations for domain a"},
		{name: "a circle", doc: extended(inlineSnapshot("s", "t", 0) + inlineSnapshot("t", "s", 0)), code: vir.ErrInternalError, domain: space,
			text: "internal error: Snapshots have inconsistent relations for domain a"},
		{name: "nothing", doc: extended("<test:domainsnapshot/>"), code: vir.ErrXMLError, domain: vir.FromDomainSnapshot,
			text: "XML error: a redefined snapshot must have a name"},
		{name: "not active or not", doc: extended("<test:domainsnapshot><name>s</name><creationTime>7</creationTime><state>shutoff</state>" + snapshotDomain + "</test:domainsnapshot>"),
			code: vir.ErrInternalError, domain: vir.FromDomainSnapshot, text: "internal error: Could not find 'active' element"},
		{name: "no such file", doc: extended("<test:domainsnapshot file='nosuch.xml'/>"), code: vir.ErrSystemError, domain: none,
			text: "Failed to open file '" + dir + "/nosuch.xml': No such file or directory"},
		{name: "another document", doc: extended("<test:domainsnapshot file='other.xml'/>"), code: vir.ErrXMLError, domain: vir.FromXML,
			text: "XML error: expecting root element of 'domainsnapshot', not 'x'"},
		{name: "no document", doc: extended("<test:domainsnapshot file='bad.xml'/>"), code: vir.ErrXMLDetail, domain: space,
			text: dir + "/bad.xml:1: Couldn't find end of Start Tag x line 1\n<x\n--^"},

		{name: "state", doc: extended("<test:runstate>x</test:runstate>"), code: vir.ErrXMLError, domain: space, text: "XML error: invalid runstate"},
		{name: "negative state", doc: extended("<test:runstate>-1</test:runstate>"), code: vir.ErrXMLError, domain: space, text: "XML error: invalid runstate"},
		{name: "no state", doc: extended("<test:runstate/>")},
		{name: "transient and off", doc: extended("<test:transient/><test:runstate>5</test:runstate>"), code: vir.ErrXMLError, domain: space,
			text: "XML error: transient domain cannot have runstate 'shutoff'"},
		{name: "saved and on", doc: extended("<test:hasmanagedsave/>"), code: vir.ErrXMLError, domain: space,
			text: "XML error: domain with managedsave data can only have runstate 'shutoff'"},

		{name: "include", doc: "<domain file='domain.xml'/>"},
		{name: "include nothing", doc: "<domain file=''/>", code: vir.ErrSystemError, domain: none, text: "Failed to read file '" + dir + "/': Is a directory"},
		{name: "include another", doc: "<domain file='other.xml'/>", code: vir.ErrXMLError, domain: vir.FromXML, text: "XML error: expecting root element of 'domain', not 'x'"},

		{name: "users", doc: "<auth><user password='p'>u</user></auth>", code: vir.ErrInvalidArg, domain: vir.FromAuth, text: "invalid argument: Missing authentication credentials"},
		{name: "no users", doc: "<auth/>"},
		{name: "a user without a name", doc: "<auth><user/></auth>", code: vir.ErrXMLError, domain: space, text: "XML error: missing username in /node/auth/user field"},

		{name: "cpu", doc: "<cpu><cores>x</cores></cpu>", code: vir.ErrXMLError, domain: space, text: "XML error: invalid node cpu cores value"},
		{name: "mhz", doc: "<cpu><mhz>-1</mhz></cpu>", code: vir.ErrXMLError, domain: space, text: "XML error: invalid node cpu mhz value"},
		{name: "memory", doc: "<memory>x</memory>", code: vir.ErrXMLError, domain: space, text: "XML error: invalid node memory value"},
		{name: "model", doc: "<cpu><model>0123456789012345678901234567890123456789</model></cpu>", code: vir.ErrInternalError, domain: space,
			text: "internal error: Model 0123456789012345678901234567890123456789 too big for destination"},
	} {
		host, _, err := open(t, file("node.xml", "<node>"+c.doc+"</node>"))
		n := 0
		if err == nil {
			w, werr := host.World()
			if err = werr; err == nil && len(w.Domains) > 0 {
				n = len(w.Domains[0].Snapshots)
			}
		}
		e, _ := err.(*vir.Error)
		switch {
		case c.text == "" && (err != nil || n != c.snapshots):
			t.Errorf("%s: %v, %d snapshots", c.name, err, n)
		case c.text != "" && (e == nil || e.Code != c.code || e.Domain != c.domain || e.Message != c.text):
			t.Errorf("%s: %v, want %d %d %s", c.name, err, c.code, c.domain, c.text)
		}
	}
}

// TestWorldPrefixes: a prefix may be declared anywhere above.
func TestWorldPrefixes(t *testing.T) {
	path := write(t, "node.xml", "<node xmlns:q='http://libvirt.org/schemas/domain/test/1.0'><domain type='test'><name>a</name><memory>1</memory>"+
		"<os><type>hvm</type></os><q:runstate>5</q:runstate></domain></node>")
	host, _, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := host.World()
	if err != nil || w.Domains[0].State != vir.DomainShutoff {
		t.Error(err, w)
	}
}

func TestDifference27WorldSnapshots(t *testing.T) {
	for _, c := range []struct{ doc, text string }{
		{extended(inlineSnapshot("s", "", 0) + inlineSnapshot("s", "", 0)), "operation failed: domain moment s already exists"},
		{extended("<test:domainsnapshot><name>s</name><creationTime>7</creationTime><state>shutoff</state><active>0</active></test:domainsnapshot>"),
			"internal error: missing domain in snapshot"},
	} {
		host, _, err := open(t, write(t, "node.xml", "<node>"+c.doc+"</node>"))
		if err == nil {
			_, err = host.World()
		}
		if err == nil || err.Error() != c.text {
			t.Errorf("%v, want %s", err, c.text)
		}
	}
}
