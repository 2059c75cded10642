package domxml_test

import (
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

// TestTerminal: the terminal of a running guest is in its own document, and
// in no definition.
func TestTerminal(t *testing.T) {
	const doc = `<domain type='qemu' id='1'><name>a</name><memory>1024</memory><os><type>hvm</type></os><devices>
<serial type='pty'><source path='/dev/pts/7'/><target port='0'/><alias name='serial0'/></serial>
<console type='pty' tty='/dev/pts/7'><source path='/dev/pts/7'/><target type='serial' port='0'/></console></devices></domain>`
	count := func(flags domxml.FormatFlags, options ...domxml.Option) int {
		t.Helper()
		d, err := domxml.ParseDomain([]byte(doc), options...)
		if err != nil {
			t.Fatal(err)
		}
		text, err := domxml.FormatDomain(d, flags)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "<source path='/dev/pts/7'/>")
	}
	if n := count(0, domxml.Live(), domxml.Stored()); n != 2 {
		t.Errorf("%d times in the document of the guest", n)
	}
	if n := count(domxml.FormatInactive, domxml.Live(), domxml.Stored()); n != 0 {
		t.Errorf("%d times in the inactive form of it", n)
	}
	if n := count(0); n != 0 {
		t.Errorf("%d times in a definition", n)
	}
}
