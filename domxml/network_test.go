package domxml_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

var show = flag.String("show", "", "print the differences of entries that contain this; all for every one")

func showing(name string) bool {
	return *show != "" && (*show == "all" || strings.Contains(name, *show))
}

// errorText is an error as recorded answers have it.
func errorText(err error) string {
	var e *vir.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("error %T %v", err, err)
	}
	return fmt.Sprintf("error %d/%d %s", e.Code, e.Domain, e.Message)
}

// network is what a document becomes without a daemon around it.
func network(doc []byte, options ...domxml.Option) (string, error) {
	n, err := domxml.ParseNetwork(doc, options...)
	if err != nil {
		return "", err
	}
	if err := n.Validate(); err != nil {
		return "", err
	}
	b, err := domxml.FormatNetwork(n, domxml.FormatInactive)
	return string(b), err
}

// differs says in which way our answer is another one; empty is equal.
func differs(a *corpus.Answer, doc []byte, got string, err error) string {
	theirs := fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
	switch {
	case err != nil && a.OK:
		return "unexpected " + errorText(err)
	case err != nil && errorText(err) != theirs:
		return "got " + errorText(err) + "\nwant " + theirs
	case err != nil:
		return ""
	case !a.OK:
		return "missing " + theirs
	}
	return corpus.Diff(a.Want(doc), got)
}

// TestNetworkGolden compares with the documents of the reference's own tests,
// and wants a fixed point of each.
func TestNetworkGolden(t *testing.T) {
	for _, e := range corpus.Index(t, "network") {
		got, err := network(e.Input(t))
		if err != nil {
			if e.Expect != "error" {
				t.Errorf("%s: %v", e.Name, err)
			}
			continue
		}
		if e.Expect == "error" {
			t.Errorf("%s: no error", e.Name)
			continue
		}
		if d := corpus.Diff(strings.Split(string(e.Golden(t)), "\n"), got); d != "" {
			t.Errorf("%s\n%s", e.Name, d)
		}
		if again, err := network([]byte(got)); err != nil || again != got {
			t.Errorf("%s: no fixed point: %v\n%s", e.Name, err, corpus.Diff(strings.Split(got, "\n"), again))
		}
	}
}

// TestNetworkProbes compares with libvirt 11.3.0's answers to small documents
// about one thing each: virNetworkDefineXML, then virNetworkGetXMLDesc.
func TestNetworkProbes(t *testing.T) {
	// One differs: a device without a name, which we do not repeat in <forward>.
	const atLeast = 1063
	equal, n := 0, 0
	for _, a := range corpus.AnswersFile(t, "testdata/network-probes.jsonl") {
		n++
		// The reference's test driver knows no namespaces.
		got, err := network([]byte(strings.ReplaceAll(a.Input, domxml.DNSMasqNamespace, "none")))
		diff := differs(&a, []byte(a.Input), got, err)
		if err == nil {
			if again, err := network([]byte(got), domxml.Stored()); err != nil || again != got {
				t.Errorf("%s: no fixed point: %v", a.Input, err)
			}
		}
		if diff == "" {
			equal++
		} else if showing(a.Input) {
			t.Logf("%s\n%s", a.Input, diff)
		}
	}
	t.Logf("%d of %d equal", equal, n)
	if equal < atLeast {
		t.Errorf("%d equal, less than %d", equal, atLeast)
	}
}

// updateNetwork is what virNetworkUpdate makes of a stored document.
func updateNetwork(doc []byte, u domxml.NetworkUpdate) (string, error) {
	n, err := domxml.ParseNetwork(doc)
	if err != nil {
		return "", err
	}
	if err := n.Update(u); err != nil {
		return "", err
	}
	b, err := domxml.FormatNetwork(n, domxml.FormatInactive)
	if err == nil {
		_, err = domxml.ParseNetwork(b)
	}
	return string(b), err
}

// TestNetworkUpdateProbes compares with libvirt 11.3.0's answers to updates of
// a few small networks.
func TestNetworkUpdateProbes(t *testing.T) {
	// The others add an interface to a network of PCI devices, which we refuse.
	const atLeast = 898
	equal, n := 0, 0
	networks := map[string]string{}
	for _, a := range corpus.AnswersFile(t, "testdata/network-update-probes.jsonl") {
		var u struct {
			Doc, Net, Input         string
			Section, Command, Index int
			Flags                   uint32
		}
		if err := json.Unmarshal(a.Raw, &u); err != nil {
			t.Fatal(err)
		}
		if u.Section < 0 { // a network that later entries name
			networks[u.Net] = u.Doc
			continue
		}
		if u.Flags != 2 {
			continue // about the state of a network
		}
		if u.Doc == "" {
			u.Doc = networks[u.Net]
		}
		n++
		got, err := updateNetwork([]byte(u.Doc), domxml.NetworkUpdate{
			Command: vir.NetworkUpdateCommand(u.Command), Section: vir.NetworkUpdateSection(u.Section),
			ParentIndex: u.Index, XML: []byte(u.Input),
		})
		diff := differs(&a, []byte(u.Doc+u.Input), got, err)
		if diff == "" {
			equal++
			continue
		}
		if what := fmt.Sprintf("%s %d %d %d %s", u.Net, u.Section, u.Command, u.Index, u.Input); showing(what) {
			t.Logf("%s\n%s", what, diff)
		}
	}
	t.Logf("%d of %d equal", equal, n)
	if equal < atLeast {
		t.Errorf("%d equal, less than %d", equal, atLeast)
	}
}

// TestDifference17NetworkForwardMixed: no interfaces beside PCI devices.
func TestDifference17NetworkForwardMixed(t *testing.T) {
	doc := "<network><name>n</name><forward mode='hostdev'><address type='pci' bus='1'/></forward></network>"
	for _, c := range []vir.NetworkUpdateCommand{vir.NetworkUpdateCommandAddFirst, vir.NetworkUpdateCommandAddLast} {
		_, err := updateNetwork([]byte(doc), domxml.NetworkUpdate{
			Command: c, Section: vir.NetworkSectionForwardInterface, ParentIndex: -1, XML: []byte("<interface dev='e1'/>"),
		})
		want := "error 27/19 XML error: the <forward> 'dev' attribute cannot be used when <address> or <pf> sub-elements are present in network n"
		if err == nil || errorText(err) != want {
			t.Errorf("command %d: %v", c, err)
		}
	}
}

// TestDifference18NetworkNamelessInterface: a name that is empty is no name.
func TestDifference18NetworkNamelessInterface(t *testing.T) {
	got, err := network([]byte("<network><name>n</name><forward mode='bridge'><interface dev=''/></forward></network>"))
	if err != nil || !strings.Contains(got, "<forward mode='bridge'>\n    <interface dev=''/>") {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestNetworkDNSMasq: the options have a namespace of their own, and the
// prefix that the document chose is not kept.
func TestNetworkDNSMasq(t *testing.T) {
	got, err := network([]byte("<network xmlns:q='" + domxml.DNSMasqNamespace + "'><name>n</name><uuid>11111111-1111-1111-1111-111111111111</uuid>" +
		"<q:options><q:option value='x=1'/></q:options></network>"))
	const want = `<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>n</name>
  <uuid>11111111-1111-1111-1111-111111111111</uuid>
  <bridge stp='on' delay='0'/>
  <dnsmasq:options>
    <dnsmasq:option value='x=1'/>
  </dnsmasq:options>
</network>
`
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if again, err := network([]byte(got)); err != nil || again != got {
		t.Errorf("no fixed point: %v\n%s", err, again)
	}
}

// FuzzNetwork: what parses can be written, read again and written the same,
// and nothing panics.
func FuzzNetwork(f *testing.F) {
	f.Add([]byte("<network><name>n</name><ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.3'/></dhcp></ip></network>"))
	f.Add([]byte("<network><name>n</name><forward mode='nat'><nat><port start='1' end='2'/></nat></forward><ip address='1.1' prefix='99'/></network>"))
	f.Add([]byte("<network><name>n</name><dns><srv service='a' protocol='b' port='1' target='t'/></dns><route address='0' gateway='0' prefix='0'/></network>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := network(doc, domxml.Stored())
		if err != nil {
			return
		}
		again, err := network([]byte(got), domxml.Stored())
		if err != nil || again != got {
			t.Errorf("no fixed point: %v\n%s\n%s", err, got, again)
		}
	})
}

// TestStoredBreaks: what a reader of XML changes survives in a stored text.
func TestStoredBreaks(t *testing.T) {
	n := &domxml.Network{Name: "n", Title: "a\rb", Domain: &domxml.NetworkDomain{Name: "x\r\n\ty"}}
	b, err := domxml.FormatNetwork(n, domxml.FormatStored)
	if err != nil {
		t.Fatal(err)
	}
	got, err := domxml.ParseNetwork(b, domxml.Stored())
	if err != nil || got.Title != n.Title || got.Domain.Name != n.Domain.Name {
		t.Errorf("%v\n%q", err, b)
	}
	d := &domxml.Domain{Type: "test", Name: "d", Title: "a\rb", Memory: domxml.DomainMemory{Memory: domxml.KiB(1)}}
	if b, err = domxml.FormatDomain(d, domxml.FormatStored); err != nil {
		t.Fatal(err)
	}
	if got, err := domxml.ParseDomain(b, domxml.Stored()); err != nil || got.Title != d.Title {
		t.Errorf("%v\n%q", err, b)
	}
}
