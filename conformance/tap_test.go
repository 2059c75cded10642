package conformance

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/tap"
	"github.com/govirtd/govirtd/conformance/transcript"
	"github.com/govirtd/govirtd/conformance/wire"
)

// TestAnalyser lets tshark, with the dissector that libvirt brings along, decode a session of virsh: a third opinion
// about every byte we send.
func TestAnalyser(t *testing.T) {
	tshark := lab.Tool(t, "tshark")
	virsh := lab.NativeVirsh(t)
	if found, _ := filepath.Glob("/usr/lib/*/wireshark/plugins/*/epan/libvirt.so"); len(found) == 0 {
		lab.Missing(t, "libvirt-wireshark")
	}
	d := strict(t)
	d.Hold(t)
	socket := filepath.Join(d.SocketDir, "tap")
	wiretap, err := tap.New(socket, d.Socket())
	if err != nil {
		t.Fatal(err)
	}
	uri := "test+unix:///default?socket=" + socket
	document := filepath.Join(d.WorkDir, "tapped.xml")
	text := "<domain type='test'><name>tapped</name><memory>65536</memory><os><type>hvm</type></os></domain>"
	if err := os.WriteFile(document, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"version --daemon", "list --all", "nodeinfo", "capabilities", "define tapped.xml", "start tapped", "dominfo tapped",
		"dumpxml tapped", "domstats tapped", "suspend tapped", "domstate tapped --reason", "resume tapped", "vcpuinfo tapped",
		"desc tapped --title --new-desc T", "domstate nosuch", "screenshot tapped picture", "destroy tapped", "undefine tapped",
		"event --all --timeout 1",
	} {
		a := virsh.Run(d.Place, nil, "", append([]string{"-c", uri}, strings.Fields(line)...)...)
		if a.Exit != 0 && !strings.HasPrefix(line, "event") && line != "domstate nosuch" && !transcript.NotYetIn(a.Stderr) {
			t.Errorf("virsh %s: exit %d: %s", line, a.Exit, a.Stderr)
		}
	}
	wiretap.Close()

	file := filepath.Join(d.WorkDir, "session.pcap")
	capture(t, file, wiretap.Sessions())
	if bad := command(t, append([]string{tshark, "-r", file}, check...)...); bad != "" {
		t.Errorf("tshark complains:\n%s", bad)
	}
	// the same with one call whose string is longer than its packet, to be sure that it would
	call := wire.Packet{Program: wire.Remote, Version: 1, Procedure: wire.DomainLookupByName, Body: wire.String(nil, "a name")}
	call.Body[3] = 200
	broken := tap.NewSession(tap.Chunk{FromClient: true, Data: call.Append(nil)})
	file2 := filepath.Join(d.WorkDir, "broken.pcap")
	capture(t, file2, append(wiretap.Sessions(), broken))
	if bad := command(t, append([]string{tshark, "-r", file2}, check...)...); strings.Count(bad, "\n") != 1 {
		t.Errorf("tshark should complain about one packet, it says:\n%s", bad)
	}
	// every message that passed must have been found; frames can hold several, and some are streams
	wanted := 0
	for _, s := range wiretap.Sessions() {
		wanted += messages(t, s.Bytes(true)) + messages(t, s.Bytes(false))
	}
	fields := command(t, tshark, "-r", file, "-Y", "libvirt", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,", "-e", "libvirt.length")
	decoded := 0
	for line := range strings.Lines(fields) {
		decoded += len(strings.Split(strings.TrimSpace(line), ","))
	}
	if decoded != wanted || wanted < 100 {
		t.Errorf("tshark decoded %d messages of %d", decoded, wanted)
	}
	t.Logf("%d messages in %d connections, all decoded", decoded, len(wiretap.Sessions()))
}

// complaints is a filter for everything that tshark finds wrong. What libvirt's dissector cannot decode it calls unknown.
const complaints = "libvirt.unknown || _ws.malformed || tcp.checksum.status == Bad || ip.checksum.status == Bad || tcp.analysis.flags"

var check = []string{"-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y", complaints}

// capture writes sessions to a capture file.
func capture(t *testing.T, file string, sessions []*tap.Session) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := tap.WritePcap(out, sessions); err != nil {
		t.Fatal(err)
	}
}

// messages counts the packets in the bytes of one direction.
func messages(t *testing.T, data []byte) int {
	t.Helper()
	r := bytes.NewReader(data)
	for n := 0; ; n++ {
		if _, err := wire.Read(r); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatalf("packet %d: %v", n, err)
		}
	}
}
