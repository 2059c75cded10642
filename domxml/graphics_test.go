package domxml

import (
	"strings"
	"testing"
)

// TestLivePorts: a running guest's servers keep the ports that were chosen for
// them; a definition says only that somebody chooses.
func TestLivePorts(t *testing.T) {
	const doc = `<domain type='qemu' id='1'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices>
<graphics type='vnc' port='5907' autoport='yes' listen='127.0.0.1'/>
<graphics type='spice' port='5908' tlsPort='5909' autoport='yes' listen='127.0.0.1'/></devices></domain>`
	for _, x := range []struct {
		options    []Option
		vnc, spice string
	}{
		{[]Option{Live(), Stored()}, `port='5907' autoport='yes'`, `port='5908' tlsPort='5909' autoport='yes'`},
		{[]Option{Stored()}, `type='vnc' port='-1' autoport='yes'`, `type='spice' autoport='yes'`},
	} {
		d, err := ParseDomain([]byte(doc), x.options...)
		if err != nil {
			t.Fatal(err)
		}
		text, err := FormatDomain(d, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{x.vnc, x.spice} {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %s in %s", want, text)
			}
		}
	}
}
