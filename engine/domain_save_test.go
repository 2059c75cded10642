package engine_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func TestSaveAndRestore(t *testing.T) {
	for _, transient := range []bool{false, true} {
		s := connect(t, newEngine(true), "test:///default")
		var dom remoteproto.Domain
		if transient {
			dom = must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: fmt.Sprintf(guestXML, "g")}).Dom
		} else {
			dom = must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestXML, "g")}).Dom
			must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
		}
		file := filepath.Join(t.TempDir(), "image")
		must(t, s, remoteproto.DomainSave, &remoteproto.DomainSaveArgs{Dom: dom, To: file})
		if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
			t.Fatal(st, err)
		}
		_, err := do(s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom})
		if (err != nil) != transient {
			t.Errorf("transient %v: after save: %v", transient, err)
		}
		xml := must(t, s, remoteproto.DomainSaveImageGetXMLDesc, &remoteproto.DomainSaveImageGetXMLDescArgs{File: file}).XML
		edited := strings.Replace(xml, "<memory unit='KiB'>65536<", "<memory unit='KiB'>131072<", 1)
		must(t, s, remoteproto.DomainSaveImageDefineXML, &remoteproto.DomainSaveImageDefineXMLArgs{File: file, Dxml: edited})
		must(t, s, remoteproto.DomainRestore, &remoteproto.DomainRestoreArgs{From: file})
		dom = lookup(t, s, "g")
		if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom}); st.State != int32(vir.DomainRunning) || st.Reason != int32(vir.DomainRunningRestored) {
			t.Errorf("restored into %+v", st)
		}
		if m := must(t, s, remoteproto.DomainGetMaxMemory, &remoteproto.DomainGetMaxMemoryArgs{Dom: dom}).Memory; m != 131072 {
			t.Errorf("restored with %d KiB", m)
		}
		fails(t, s, remoteproto.DomainRestore, &remoteproto.DomainRestoreArgs{From: file}, vir.ErrOperationInvalid,
			"Requested operation is not valid: domain 'g' is already active")
		if p := must(t, s, remoteproto.DomainIsPersistent, &remoteproto.DomainIsPersistentArgs{Dom: dom}).Persistent; (p == 0) != transient {
			t.Errorf("transient %v: persistent %d", transient, p)
		}
	}
}

// TestSpoiledImages has the texts that libvirtd 11.3.0 gives for them.
func TestSpoiledImages(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	const magic = "TestGuestMagic\x00"
	length := func(n uint32) string { return string(binary.NativeEndian.AppendUint32(nil, n)) }
	for name, c := range map[string]struct {
		content string
		code    vir.ErrorNumber
		text    string
	}{
		"short":   {"TestGuest", vir.ErrSystemError, "incomplete save header in '%s': Success"},
		"other":   {strings.Repeat("x", 64), vir.ErrInternalError, "internal error: mismatched header magic"},
		"length":  {magic + "\x01", vir.ErrSystemError, "failed to read metadata length in '%s': Success"},
		"zero":    {magic + length(0), vir.ErrInternalError, "internal error: length of metadata out of range"},
		"minus":   {magic + length(1<<31), vir.ErrInternalError, "internal error: length of metadata out of range"},
		"long":    {magic + length(8193), vir.ErrInternalError, "internal error: length of metadata out of range"},
		"cut":     {magic + length(10) + "abc", vir.ErrSystemError, "incomplete metadata in '%s': Success"},
		"network": {magic + length(10) + "<network/>", vir.ErrXMLError, "XML error: expecting root element of 'domain', not 'network'"},
	} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(c.text, "%s", file, 1)
		fails(t, s, remoteproto.DomainRestore, &remoteproto.DomainRestoreArgs{From: file}, c.code, text)
		fails(t, s, remoteproto.DomainSaveImageGetXMLDesc, &remoteproto.DomainSaveImageGetXMLDescArgs{File: file}, c.code, text)
	}
	fails(t, s, remoteproto.DomainSave, &remoteproto.DomainSaveArgs{Dom: lookup(t, s, "test")}, vir.ErrSystemError,
		"saving domain 'test' to '/': open failed: Is a directory")
	if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: lookup(t, s, "test")}).State; st != int32(vir.DomainRunning) {
		t.Errorf("a failed save left state %d", st)
	}
}

func TestCoreDump(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	dom := lookup(t, s, "test")
	file := filepath.Join(t.TempDir(), "core")
	must(t, s, remoteproto.DomainCoreDump, &remoteproto.DomainCoreDumpArgs{Dom: dom, To: file})
	if b, err := os.ReadFile(file); err != nil || string(b) != "TestGuestMagic\x00" {
		t.Errorf("%q %v", b, err)
	}
	fails(t, s, remoteproto.DomainCoreDumpWithFormat, &remoteproto.DomainCoreDumpWithFormatArgs{Dom: dom, To: file, Dumpformat: 1},
		vir.ErrOperationUnsupported, "Operation not supported: kdump-compressed format is not supported here")
	must(t, s, remoteproto.DomainCoreDump, &remoteproto.DomainCoreDumpArgs{Dom: dom, To: file, Flags: uint32(vir.DumpCrash)})
	st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom})
	if st.State != int32(vir.DomainShutoff) || st.Reason != int32(vir.DomainShutoffCrashed) {
		t.Errorf("crashed into %+v", st)
	}
	if n := must(t, s, remoteproto.ConnectNumOfDomains, &proc.Void{}).Num; n != 0 {
		t.Errorf("%d domains run", n)
	}
}
