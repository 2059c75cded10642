package testpersonality

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// parseNetwork is what the test driver makes of a network's document.
func parseNetwork(doc []byte) (*domxml.Network, error) {
	n, err := domxml.ParseNetwork(doc)
	if err != nil {
		return nil, err
	}
	if err := (*Personality)(nil).CompleteNetwork(n); err != nil {
		return nil, err
	}
	return n, n.Validate()
}

// networkDiffers says in which way our answer is another one.
func networkDiffers(a *corpus.Answer, doc []byte, n *domxml.Network, err error) string {
	theirs := fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
	if err != nil {
		var e *vir.Error
		if !errors.As(err, &e) {
			return fmt.Sprintf("error %T %v", err, err)
		}
		mine := fmt.Sprintf("error %d/%d %s", e.Code, e.Domain, e.Message)
		if a.OK || mine != theirs {
			return "got " + mine + "\nwant " + theirs
		}
		return ""
	}
	if !a.OK {
		return "missing " + theirs
	}
	b, err := domxml.FormatNetwork(n, domxml.FormatInactive)
	if err != nil {
		return err.Error()
	}
	return corpus.Diff(a.Want(doc), string(b))
}

// TestNetworkCorpus wants libvirt 11.3.0's answer to every network.
func TestNetworkCorpus(t *testing.T) {
	dir := corpus.Dir(t)
	n := 0
	for _, a := range corpus.Answers(t, "ref1130-test", "network") {
		doc, err := os.ReadFile(filepath.Join(dir, "network", a.In))
		if err != nil {
			t.Fatal(err)
		}
		n++
		net, err := parseNetwork(doc)
		if d := networkDiffers(&a, doc, net, err); d != "" {
			t.Errorf("%s\n%s", a.In, d)
		}
	}
	if n < 29 {
		t.Errorf("only %d documents", n)
	}
}

// TestNetworkProbes does the same with small documents.
func TestNetworkProbes(t *testing.T) {
	n := 0
	for _, a := range corpus.AnswersFile(t, corpus.Facts(t, "probes-1130.jsonl")) {
		if a.URI != "test" || a.Kind != "network" && !strings.HasPrefix(a.Label, "network ") {
			continue
		}
		n++
		doc := corpus.Raw(a.Input)
		net, err := parseNetwork(doc)
		if d := networkDiffers(&a, doc, net, err); d != "" {
			t.Errorf("%s\n%s", a.Label, d)
		}
	}
	if n < 9 {
		t.Errorf("only %d probes", n)
	}
}

// TestNetworkUpdateCorpus wants libvirt 11.3.0's answer to every update.
func TestNetworkUpdateCorpus(t *testing.T) {
	dir := filepath.Join(corpus.Dir(t), "network-update")
	updates := map[string]struct{ Section, Command, Index string }{}
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index []struct{ Name, Section, Command, Index string }
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	for _, u := range index {
		updates[u.Name] = struct{ Section, Command, Index string }{u.Section, u.Command, u.Index}
	}
	sections := map[string]vir.NetworkUpdateSection{
		"VIR_NETWORK_SECTION_IP_DHCP_HOST": vir.NetworkSectionIPDHCPHost, "VIR_NETWORK_SECTION_IP_DHCP_RANGE": vir.NetworkSectionIPDHCPRange,
		"VIR_NETWORK_SECTION_FORWARD_INTERFACE": vir.NetworkSectionForwardInterface, "VIR_NETWORK_SECTION_PORTGROUP": vir.NetworkSectionPortgroup,
		"VIR_NETWORK_SECTION_DNS_HOST": vir.NetworkSectionDNSHost, "VIR_NETWORK_SECTION_DNS_TXT": vir.NetworkSectionDNSTxt,
		"VIR_NETWORK_SECTION_DNS_SRV": vir.NetworkSectionDNSSrv,
	}
	commands := map[string]vir.NetworkUpdateCommand{
		"VIR_NETWORK_UPDATE_COMMAND_MODIFY": vir.NetworkUpdateCommandModify, "VIR_NETWORK_UPDATE_COMMAND_DELETE": vir.NetworkUpdateCommandDelete,
		"VIR_NETWORK_UPDATE_COMMAND_ADD_LAST": vir.NetworkUpdateCommandAddLast, "VIR_NETWORK_UPDATE_COMMAND_ADD_FIRST": vir.NetworkUpdateCommandAddFirst,
	}
	n := 0
	for _, a := range corpus.Answers(t, "ref1130-test", "network-update") {
		var e struct {
			Net     string
			Section string `json:"section_xml"`
		}
		if err := json.Unmarshal(a.Raw, &e); err != nil {
			t.Fatal(err)
		}
		doc, err := os.ReadFile(filepath.Join(dir, "net", e.Net+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		part, err := os.ReadFile(filepath.Join(dir, "section", e.Section+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		u := updates[a.Name]
		at := -1
		fmt.Sscan(u.Index, &at)
		n++
		net, err := parseNetwork(doc)
		if err == nil {
			err = net.Update(domxml.NetworkUpdate{Section: sections[u.Section], Command: commands[u.Command], ParentIndex: at, XML: part})
		}
		if err == nil {
			var b []byte
			if b, err = domxml.FormatNetwork(net, domxml.FormatInactive); err == nil {
				_, err = domxml.ParseNetwork(b)
			}
		}
		if d := networkDiffers(&a, append(doc, part...), net, err); d != "" {
			t.Errorf("%s\n%s", a.Name, d)
		}
	}
	if n < 45 {
		t.Errorf("only %d updates", n)
	}
}
