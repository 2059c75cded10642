package argv

import (
	"errors"
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

// notHere are refused rows whose reason is not in the document.
var notHere = map[string]string{
	"disk-source-pool": "the backend looks into pools before it asks for a command",
}

// TestRefused: what the reference defines but makes no command of, because of
// the document, is refused with the same error.
func TestRefused(t *testing.T) {
	rows := 0
	for _, kind := range []string{"domain-qemu", "domain-generic"} {
		for _, row := range nativeRows(t, kind) {
			if row.OK || row.XML == "" || row.Class == "environment" || notHere[row.Name] != "" {
				continue
			}
			rows++
			_, err := buildNative(&row)
			var e *vir.Error
			if !errors.As(err, &e) {
				t.Errorf("%s: %v, want %+v", row.Name, err, row.Error)
				continue
			}
			if int32(e.Code) != row.Error.Code || int32(e.Domain) != row.Error.Domain || e.Message != row.Error.Message {
				t.Errorf("%s: %d/%d %q, want %d/%d %q", row.Name, e.Code, e.Domain, e.Message,
					row.Error.Code, row.Error.Domain, row.Error.Message)
			}
		}
	}
	if rows < 6 {
		t.Errorf("only %d rows", rows)
	}
}

// TestHostRefused: of what the reference refused because of its host, that
// which this package decides is refused in the same way: secrets, huge pages
// and NUMA nodes that are not there, TLS that is not set up.
func TestHostRefused(t *testing.T) {
	same := 0
	for _, row := range nativeRows(t, "domain-qemu") {
		if row.OK || row.XML == "" || row.Class != "environment" {
			continue
		}
		_, err := buildNative(&row)
		var e *vir.Error
		switch {
		case err == nil:
		case errors.As(err, &e) && e.Message == row.Error.Message && int32(e.Code) == row.Error.Code && int32(e.Domain) == row.Error.Domain:
			same++
		default:
			t.Logf("%s: %v; reference: %s", row.Name, err, row.Error.Message)
		}
	}
	if same < 30 {
		t.Errorf("only %d are the same", same)
	}
}
