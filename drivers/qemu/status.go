//go:build linux

package qemu

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// A status file is what a later daemon knows of a running guest. Its format is
// libvirt's: state, process, monitor, and the document as it is now, in which
// the images have the names of their nodes. It is in a folder that is empty
// after a start of the host.

var _ drivers.StatusKeeper = (*Guest)(nil)

// stateWords are the states by virDomainState.
var stateWords = []string{"nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended"}

// reasonWords are the reasons of the states that have some.
var reasonWords = map[vir.DomainState][]string{
	vir.DomainRunning: {
		"unknown", "booted", "migrated", "restored", "from snapshot", "unpaused", "migration canceled", "save canceled", "wakeup",
		"crashed", "post-copy", "post-copy failed",
	},
	vir.DomainPaused: {
		"unknown", "user", "migration", "save", "dump", "ioerror", "watchdog", "from snapshot", "shutdown", "snapshot", "panicked",
		"starting up", "post-copy", "post-copy failed", "api error",
	},
	vir.DomainShutdown: {"unknown", "user"},
	vir.DomainCrashed:  {"unknown", "panicked"},
}

func word(list []string, n int32) string {
	if n < 0 || int(n) >= len(list) {
		return "unknown"
	}
	return list[n]
}

func statusPath(dir, name string) string { return filepath.Join(dir, name+".xml") }
func pidPath(dir, name string) string    { return filepath.Join(dir, name+".pid") }

// KeepStatus writes down what the engine knows of the guest.
func (g *Guest) KeepStatus(s drivers.Status) error {
	g.statusMu.Lock()
	defer g.statusMu.Unlock()
	select {
	case <-g.proc.done:
		return nil // what is about to be forgotten is not written again
	default:
	}
	text, err := g.statusText(s)
	if err != nil {
		return err
	}
	if err := replace(statusPath(g.backend.cfg.Dirs.Run, g.name), text, 0o600); err != nil {
		return err
	}
	g.live.Store(s.Domain)
	if s.State != vir.DomainPaused || s.Reason != int32(vir.DomainPausedStartingUp) {
		g.standing.Store(transient)
		if s.Persistent {
			g.standing.Store(persistent)
		}
	}
	return nil
}

// forgetStatus removes what was written down.
func (g *Guest) forgetStatus() {
	g.statusMu.Lock()
	defer g.statusMu.Unlock()
	dir := g.backend.cfg.Dirs.Run
	for _, path := range []string{statusPath(dir, g.name), pidPath(dir, g.name)} {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			g.backend.log.Warn("a status file stays", "domain", g.name, "error", err)
		}
	}
}

// replace puts a new file in the place of an old one at once. Only one at a
// time does so, and what a daemon has left that was killed meanwhile is written
// over.
func replace(path string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(mode)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

const statusHead = `<!--
WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
  virsh edit %s
or other application using the libvirt API.
-->

`

// statusText is the content of a status file.
func (g *Guest) statusText(s drivers.Status) ([]byte, error) {
	var b bytes.Buffer
	// Two hyphens end a comment in front of their time.
	fmt.Fprintf(&b, statusHead, strings.ReplaceAll(g.name, "--", "- -"))
	reason := "unknown"
	if list := reasonWords[s.State]; list != nil {
		reason = word(list, s.Reason)
	}
	fmt.Fprintf(&b, "<domstatus state='%s' reason='%s' pid='%d'>\n", word(stateWords, int32(s.State)), reason, g.proc.pid)
	fmt.Fprintf(&b, "  <monitor path='%s' type='unix'/>\n", escape(filepath.Join(g.dirs.Lib, "monitor.sock")))
	b.WriteString("  <vcpus>\n")
	threads := g.vcpuThreads()
	for _, n := range sortedKeys(threads) {
		fmt.Fprintf(&b, "    <vcpu id='%d' pid='%d'/>\n", n, threads[n])
	}
	b.WriteString("  </vcpus>\n")
	b.WriteString(g.foreign)
	if g.foreign == "" {
		b.WriteString("  <qemuCaps>\n")
		for _, f := range emulatorFlags(g.emulator) {
			fmt.Fprintf(&b, "    <flag name='%s'/>\n", escape(f))
		}
		b.WriteString("  </qemuCaps>\n")
		if g.cpu != nil {
			for line := range bytes.Lines(domxml.FormatCPU(g.cpu)) {
				b.WriteString("  " + string(line))
			}
		}
	}
	fmt.Fprintf(&b, "  <libDir path='%s'/>\n  <channelTargetDir path='%s'/>\n  <memoryBackingDir path='%s'/>\n",
		escape(g.dirs.Lib), escape(g.dirs.Channel), escape(g.dirs.RAM))
	if g.backend.cfg.User != nil {
		b.WriteString("  <rememberOwner/>\n")
	}
	fmt.Fprintf(&b, "  <nodename index='%d'/>\n  <fdset index='0'/>\n  <blockjobs active='no'/>\n  <agentTimeout>-2</agentTimeout>\n", g.lastNode)
	doc, err := domxml.FormatDomain(s.Domain, domxml.FormatSecure|domxml.FormatStored)
	if err != nil {
		return nil, err
	}
	b.Write(g.withNodes(doc, s.Domain))
	b.WriteString("</domstatus>\n")
	return b.Bytes(), nil
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

func sortedKeys(m map[int]int) []int {
	var keys []int
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

// withNodes writes the names of nodes into the text of a document, where
// libvirt looks for them: in each source with a number, and in each disk the
// name of its device. The text is our own formatter's, a line per element.
func (g *Guest) withNodes(doc []byte, d *domxml.Domain) []byte {
	// Nothing that a user has chosen stands behind the last of these lines as
	// an element of its own.
	at := bytes.LastIndex(doc, []byte("\n  <devices>\n"))
	if at < 0 {
		return doc
	}
	var out bytes.Buffer
	out.Write(doc[:at+1])
	disk, index, format := -1, "", ""
	for line := range bytes.Lines(doc[at+1:]) {
		text := strings.TrimRight(string(line), "\n")
		bare := strings.TrimLeft(text, " ")
		indent := text[:len(text)-len(bare)]
		switch {
		case strings.HasPrefix(text, "    <disk "):
			disk++
			index, format = "", ""
		case text == "    </disk>" && disk < len(d.Devices.Disks):
			if q := qomName(&d.Devices.Disks[disk]); q != "" {
				fmt.Fprintf(&out, "%s  <privateData>\n%s    <qom name='%s'/>\n%s  </privateData>\n", indent, indent, escape(q), indent)
			}
		case disk >= 0 && strings.HasPrefix(bare, "<backingStore "):
			index, format = attribute(bare, "index"), "raw" // and it has a node of its own
		case disk >= 0 && strings.HasPrefix(bare, "<source "):
			own := attribute(bare, "index")
			if own == "" {
				own, index = index, ""
			} else if disk < len(d.Devices.Disks) {
				text = g.withPlace(text, &d.Devices.Disks[disk])
				format = topFormat(&d.Devices.Disks[disk])
			}
			if own == "" {
				break
			}
			private := fmt.Sprintf("%s  <privateData>\n%s    <nodenames>\n%s      <nodename type='storage' name='libvirt-%s-storage'/>\n",
				indent, indent, indent, own)
			if format != "" {
				private += fmt.Sprintf("%s      <nodename type='format' name='libvirt-%s-format'/>\n", indent, own)
			}
			private += fmt.Sprintf("%s    </nodenames>\n%s  </privateData>\n", indent, indent)
			if head, empty := strings.CutSuffix(text, "/>"); empty {
				fmt.Fprintf(&out, "%s>\n%s%s</source>\n", head, private, indent)
			} else {
				fmt.Fprintf(&out, "%s\n%s", text, private)
			}
			continue
		}
		out.Write(line)
	}
	return out.Bytes()
}

// topFormat is the format of the image on top, empty for one that has no node
// of its format.
func topFormat(k *domxml.Disk) string {
	if k.Driver == nil || k.Driver.Type == "" || k.Driver.Type == "raw" && len(k.Source.Slices) == 0 && k.Encryption == nil && k.Source.Encryption == nil {
		return ""
	}
	return k.Driver.Type
}

// attribute is the value of an attribute in a start tag of our own formatter.
func attribute(tag, name string) string {
	_, rest, ok := strings.Cut(tag, " "+name+"='")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, "'")
	if _, err := strconv.ParseUint(value, 10, 32); err != nil {
		return ""
	}
	return value
}

// qomName is the device behind a disk as block commands name it.
func qomName(k *domxml.Disk) string {
	name := alias(k.Alias)
	if name == "" || k.Target.Bus == domxml.DiskBusSD {
		return ""
	}
	if k.Target.Bus == domxml.DiskBusVirtio {
		return "/machine/peripheral/" + name + "/virtio-backend"
	}
	return name
}
