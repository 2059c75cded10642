package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const guest = `<domain type="kvm">
  <memory unit="MiB">1</memory><name>a</name>
  <os><type>hvm</type></os>
  <devices><graphics type='vnc' passwd='secret'/>
    <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>
</domain>`

// TestXML runs the commands on files.
func TestXML(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a := write("a.xml", guest)
	b := write("b.xml", strings.Replace(guest, "file='/a'", "file='/b'", 1))
	bad := write("bad.xml", strings.Replace(guest, "type='file'", "type='zz'", 1))
	refused := write("refused.xml", strings.Replace(guest, "<name>a</name>", "<name>a</name><title>x</title>", 1)+"<x>")
	network := write("net.xml", "<network><name>n</name><bridge name='b'/></network>")
	caps := write("caps.xml", "<capabilities><host><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><cpu/></host></capabilities>")
	for _, c := range []struct {
		args           []string
		stdin          string
		code           int
		stdout, stderr string
	}{
		{[]string{"--help"}, "", 0, "govirtd xml check", ""},
		{[]string{"fmt", "--help"}, "", 0, "govirtd xml check", ""},
		{nil, "", 2, "", "fmt, check or diff"},
		{[]string{"x"}, "", 2, "", `"x" is not fmt, check or diff`},
		{[]string{"fmt", "-w"}, "", 2, "", "-w needs"},
		{[]string{"fmt", "--bogus"}, "", 2, "", "bogus"},
		{[]string{"fmt", a}, "", 0, "<domain type='kvm'>\n  <name>a</name>\n  <memory unit='KiB'>1024</memory>\n", ""},
		{[]string{"fmt"}, guest, 0, "passwd='secret'", ""},
		{[]string{"fmt", "-"}, guest, 0, "passwd='secret'", ""},
		{[]string{"fmt", network}, "", 0, "<network>\n  <name>n</name>\n", ""},
		{[]string{"fmt", caps}, "", 0, "<capabilities>\n\n  <host>\n    <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>\n", ""},
		{[]string{"fmt", filepath.Join(dir, "none.xml")}, "", 1, "", "none.xml"},
		{[]string{"fmt", refused}, "", 1, "", "Extra content at the end of the document"},
		{[]string{"check", a, network}, "", 0, "", ""},
		{[]string{"check", bad}, "", 1, "bad.xml:5:11: /domain/devices/disk: attribute 'type' cannot be 'zz'; allowed: file, block", ""},
		{[]string{"check", refused}, "", 1, "refused.xml: ", ""},
		{[]string{"check"}, "<domain type='kvm'><name>a</name><os><type>hvm</type></os><devices><disk><source file='/a'/></disk></devices></domain>", 1, "missing target information", ""},
		{[]string{"check"}, "<nonsense/>", 1, "nonsense", ""},
		{[]string{"diff", a, a}, "", 0, "", ""},
		{[]string{"diff", a, b}, "", 1, "~ /domain/devices/disk[vda]/source/@file: '/a' -> '/b'\n", ""},
		{[]string{"diff", a, "-"}, guest, 0, "", ""},
		{[]string{"diff", a}, "", 2, "", "two files"},
		{[]string{"diff", "-", "-"}, "", 2, "", "standard input"},
		{[]string{"diff", a, refused}, "", 1, "", "refused.xml"},
	} {
		var stdout, stderr bytes.Buffer
		code := runXML(c.args, strings.NewReader(c.stdin), &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%v: code %d, want %d\nstdout %s\nstderr %s", c.args, code, c.code, stdout.String(), stderr.String())
		}
		if c.stdout == "" && stdout.Len() > 0 {
			t.Errorf("%v says %s", c.args, stdout.String())
		}
	}
	var out bytes.Buffer
	if code := runXML([]string{"fmt", "--no-secrets", a}, nil, &out, &out); code != 0 || strings.Contains(out.String(), "secret") {
		t.Errorf("code %d, %s", code, out.String())
	}
	if code := runXML([]string{"fmt", "-w", a}, nil, &out, &out); code != 0 {
		t.Errorf("code %d, %s", code, out.String())
	}
	text, err := os.ReadFile(a)
	if err != nil || !strings.HasPrefix(string(text), "<domain type='kvm'>\n  <name>") {
		t.Errorf("%s %v", text, err)
	}
}
