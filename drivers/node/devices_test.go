//go:build linux

package node

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

// sysTree makes the files of testdata/devices/tree.txt:
//
//	PATH = TEXT            a file, with \n, \" and \xNN in it
//	PATH ~ SIZE OFF:HEX    a file of that size, zero but for what is given
//	PATH -> TARGET         a link
//	PATH/                  a folder
func sysTree(t *testing.T) *Host {
	t.Helper()
	root := t.TempDir()
	text, err := os.ReadFile("testdata/devices/tree.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		name, kind, rest := line, "/", ""
		for _, k := range []string{" -> ", " ~ ", " ="} {
			if a, b, ok := strings.Cut(line, k); ok {
				name, kind, rest = a, k, strings.TrimPrefix(b, " ")
				break
			}
		}
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		switch kind {
		case " -> ":
			err = os.Symlink(rest, name)
		case " ~ ":
			err = os.WriteFile(name, sparse(t, rest), 0o644)
		case " =":
			var content string
			if content, err = strconv.Unquote(`"` + strings.ReplaceAll(rest, `"`, `\"`) + `"`); err == nil {
				err = os.WriteFile(name, []byte(content), 0o644)
			}
		default:
			err = os.MkdirAll(name, 0o755)
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return &Host{root: os.DirFS(root), ethtool: func(name string) []string {
		if name == "lo" { // the one card that the reference could ask, since it is on every host
			return []string{"rx", "tx", "sg", "tso", "gso", "gro"}
		}
		return nil
	}}
}

// sparse is "SIZE OFF:HEX OFF:HEX".
func sparse(t *testing.T, text string) []byte {
	t.Helper()
	words := strings.Fields(text)
	size, err := strconv.Atoi(words[0])
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, size)
	for _, w := range words[1:] {
		off, bytes, _ := strings.Cut(w, ":")
		at, err := strconv.ParseInt(off, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		b, err := hex.DecodeString(bytes)
		if err != nil {
			t.Fatal(err)
		}
		copy(out[at:], b)
	}
	return out
}

// documents are those of a file, by name.
func documents(t *testing.T, file, begin, end string, name func(string) string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var doc strings.Builder
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte(begin)) {
			doc.Reset()
		}
		doc.Write(line)
		if bytes.HasPrefix(line, []byte(end)) {
			out[name(doc.String())] = doc.String()
		}
	}
	return out
}

// between is the first text between two others.
func between(s, a, b string) string {
	_, s, _ = strings.Cut(s, a)
	s, _, _ = strings.Cut(s, b)
	return s
}

func sortedLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// The reference has been shown the same files (conformance/survey/devices.py),
// and every document is its own.
func TestNodeDevices(t *testing.T) {
	list, err := sysTree(t).NodeDevices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := documents(t, "testdata/devices/devices.xml", "<device>", "</device>", func(s string) string { return between(s, "<name>", "</name>") })
	if len(want) < 100 {
		t.Fatalf("%d recorded documents", len(want))
	}
	seen := map[string]bool{computerName: true}
	equal := 0
	for i, d := range list {
		if i > 0 && !seen[d.Parent.Name] {
			t.Errorf("%s comes before its parent %s", d.Name, d.Parent.Name)
		}
		seen[d.Name] = true
		text, err := domxml.FormatNodeDevice(d, 0)
		if err != nil {
			t.Fatal(err)
		}
		switch w, ok := want[d.Name]; {
		case !ok:
			t.Errorf("the reference has no %s:\n%s", d.Name, text)
		case w != string(text) && (!d.Has(domxml.CapMDevTypes) || sortedLines(w) != sortedLines(string(text))): // in the order of a folder
			t.Errorf("%s:\n%s\nthe reference's:\n%s", d.Name, text, w)
		default:
			equal++
		}
	}
	for name := range want {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
	t.Logf("%d of %d equal", equal, len(want))
}

func TestInterfaces(t *testing.T) {
	list, err := sysTree(t).Interfaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := documents(t, "testdata/devices/interfaces.xml", "<interface", "</interface>", func(s string) string { return between(s, "name='", "'") })
	listed, err := os.ReadFile("testdata/devices/interfaces.list")
	if err != nil {
		t.Fatal(err)
	}
	var table []string
	for line := range strings.Lines(string(listed)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] != "Name" {
			table = append(table, strings.Join(f, " "))
		}
	}
	var got []string
	for _, i := range list {
		state := "inactive"
		if i.Active {
			state = "active"
		}
		if name := i.Document.Name; !i.Hidden {
			got = append(got, strings.TrimSpace(name+" "+state+" "+i.MAC))
		}
		if i.Document.Type == domxml.HostInterfaceVLAN {
			continue // asks the kernel that runs, which has none
		}
		text, err := domxml.FormatHostInterface(i.Document, 0)
		if err != nil {
			t.Fatal(err)
		}
		if w := want[i.Document.Name]; w != string(text) {
			t.Errorf("%s:\n%s\nthe reference's:\n%s", i.Document.Name, text, w)
		}
	}
	slices.Sort(got)
	slices.Sort(table)
	if !slices.Equal(got, table) {
		t.Errorf("listed:\n%s\nthe reference's:\n%s", strings.Join(got, "\n"), strings.Join(table, "\n"))
	}
	if len(want) < 20 {
		t.Errorf("%d recorded documents", len(want))
	}
}

func TestVLAN(t *testing.T) {
	h, _ := tree(map[string]string{"proc/net/vlan/eth0.7": "eth0.7  VID: 7\t REORDER_HDR: 1  dev->priv_flags: 1\n" +
		"         total frames received            0\nDevice: eth0\nINGRESS priority mappings: 0:0\n"})
	if v := h.hostVLAN("eth0.7"); v.Tag != "7" || v.Interface.Name != "eth0" {
		t.Errorf("%+v", v)
	}
}

// The machine that we run on can be looked at, whatever it has.
func TestDevicesOfThisHost(t *testing.T) {
	devices, err := New().NodeDevices(t.Context())
	if err != nil || len(devices) == 0 || devices[0].Name != computerName {
		t.Errorf("%d devices, %v", len(devices), err)
	}
	for _, d := range devices {
		text, err := domxml.FormatNodeDevice(d, 0)
		if err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
		if _, err := domxml.ParseNodeDevice(text, domxml.Live()); err != nil {
			t.Errorf("%s: %v\n%s", d.Name, err, text)
		}
	}
	interfaces, err := New().Interfaces(t.Context())
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d devices, %d interfaces", len(devices), len(interfaces))
}
