package domxml_test

import (
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
)

func networkPort(doc []byte) (string, error) {
	p, err := domxml.ParseNetworkPort(doc)
	if err != nil {
		return "", err
	}
	b, err := domxml.FormatNetworkPort(p)
	return string(b), err
}

func TestNetworkPortGolden(t *testing.T) {
	for _, e := range corpus.Index(t, "networkport") {
		got, err := networkPort(e.Input(t))
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		if d := corpus.Diff(strings.Split(string(e.Golden(t)), "\n"), got); d != "" {
			t.Errorf("%s\n%s", e.Name, d)
		}
		if again, err := networkPort([]byte(got)); err != nil || again != got {
			t.Errorf("%s: no fixed point: %v", e.Name, err)
		}
	}
}

// TestNetworkPortErrors: what the network driver of libvirt 11.3.0 says.
func TestNetworkPortErrors(t *testing.T) {
	const (
		uuid  = "<uuid>5d744f21-ba4a-4d6e-bdb2-30a35ff3207d</uuid>"
		owner = "<owner><name>d</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner>"
		mac   = "<mac address='52:54:00:7b:35:93'/>"
		whole = uuid + owner + mac
	)
	for _, c := range []struct{ body, want string }{
		{owner + mac, "error 1/19 internal error: network port has no uuid"},
		{"<uuid>zz</uuid>" + owner + mac, "error 1/19 internal error: Unable to parse UUID 'zz'"},
		{uuid + mac, "error 1/19 internal error: network port has no owner name"},
		{uuid + "<owner><uuid>zz</uuid></owner>" + mac, "error 1/19 internal error: network port has no owner name"},
		{uuid + "<owner><name>d</name></owner>" + mac, "error 1/19 internal error: network port has no owner UUID"},
		{uuid + owner, "error 1/19 internal error: network port has no mac"},
		{uuid + owner + "<mac address='zz'/>", "error 1/19 internal error: Unable to parse MAC 'zz'"},
		{whole + "<plug type='x'/>", "error 27/5 XML error: Invalid value for attribute 'type' in element 'plug': 'x'."},
		{whole + "<plug type='network'/>", "error 27/19 XML error: Missing network port bridge name"},
		{whole + "<plug type='bridge' bridge='b' macTableManager='x'/>", "error 27/19 XML error: Invalid macTableManager setting 'x' in network port"},
		{whole + "<plug type='direct'/>", "error 27/19 XML error: Missing network port link device name"},
		{whole + "<plug type='direct' dev='e' mode='x'/>", "error 27/19 XML error: Invalid mode setting 'x' in network port"},
		{whole + "<plug type='hostdev-pci'/>", "error 27/19 XML error: Missing network port PCI address"},
		{whole + "<plug type='hostdev-pci' managed='x'><address bus='1'/></plug>", "error 27/5 XML error: Invalid value for attribute 'managed' in element 'plug': 'x'."},
		{whole + "<plug type='hostdev-pci'><driver name='x'/><address bus='1'/></plug>", "error 27/5 XML error: Invalid value for attribute 'name' in element 'driver': 'x'."},
		{whole + "<rxfilters trustGuest='x'/>", "error 27/5 XML error: Invalid value for attribute 'trustGuest' in element 'rxfilters': 'x'."},
		{whole + "<port isolated='x'/>", "error 27/5 XML error: Invalid value for attribute 'isolated' in element 'port': 'x'."},
	} {
		_, err := networkPort([]byte("<networkport>" + c.body + "</networkport>"))
		if err == nil || errorText(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.body, err, c.want)
		}
	}
}
