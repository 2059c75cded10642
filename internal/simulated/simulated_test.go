package simulated

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestRecording: the emulator is the recorded one.
func TestRecording(t *testing.T) {
	want, err := os.ReadFile("../../drivers/qemucaps/testdata/qemu-10.0-x86_64.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(emulatorText))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want %d (%v)", len(got), len(want), err)
	}
}

func open(t *testing.T, path string) *drivers.Host {
	t.Helper()
	h, err := New(Config{}).Open(t.Context(), &url.URL{Scheme: "qemu", Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const screens = `<graphics type='vnc'/><graphics type='spice' autoport='yes'/>`

// start completes a document with these devices and starts it; facts are what
// the guest reports.
func start(t *testing.T, h *drivers.Host, id int32, devices string) (g drivers.Guest, live *domxml.Domain, facts *[]drivers.Fact) {
	t.Helper()
	d, err := domxml.ParseDomain([]byte("<domain type='kvm'><name>a</name><memory>1024</memory><os><type arch='x86_64'>hvm</type></os><devices>" +
		devices + "</devices></domain>"))
	if err != nil {
		t.Fatal(err)
	}
	d.Generate(func(b []byte) { b[0] = byte(id) })
	if err := d.CompleteWith(h.Personality.(drivers.DomainStepper).DomainSteps()); err != nil {
		t.Fatal(err)
	}
	if err := h.Personality.CompleteDomain(d); err != nil {
		t.Fatal(err)
	}
	facts = new([]drivers.Fact)
	g, err = h.Backend.Start(t.Context(), d, drivers.StartOptions{ID: id}, func(f drivers.Fact) { *facts = append(*facts, f) })
	if err != nil {
		t.Fatal(err)
	}
	return g, g.(drivers.LiveDocument).LiveDocument(), facts
}

// TestEnds: guests that power off and guests that are destroyed say so once.
func TestEnds(t *testing.T) {
	h := open(t, "/system")
	off := func(detail vir.DomainEventShutdownDetailType) drivers.Fact {
		return drivers.ShutDown{Detail: detail, Destroyed: true}
	}
	g, _, facts := start(t, h, 1, "")
	if err := g.(drivers.Shutdowner).Shutdown(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := g.Destroy(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if want := []drivers.Fact{off(vir.DomainEventShutdownGuest), drivers.ShutDown{}}; !slices.Equal(*facts, want) {
		t.Errorf("%+v", *facts)
	}
	g, _, facts = start(t, h, 2, "")
	if err := g.Destroy(t.Context(), true); err != nil || !slices.Equal(*facts, []drivers.Fact{off(vir.DomainEventShutdownHost)}) {
		t.Errorf("%+v, %v", *facts, err)
	}
}

// TestAgent: the channel decides whether there is one inside.
func TestAgent(t *testing.T) {
	h := open(t, "/system")
	const channel = "<channel type='unix'><target type='virtio' name='%s'/></channel>"
	for name, want := range map[string]string{"org.qemu.guest_agent.0": "connected", "org.example.0": "disconnected"} {
		g, live, _ := start(t, h, 1, fmt.Sprintf(channel, name))
		if state := live.Devices.Channels[0].Target.State; state != want {
			t.Errorf("%s is %s", name, state)
		}
		var refused *vir.Error
		_, err := g.(drivers.Hostnamer).Hostname(t.Context(), "a")
		if agent := want == "connected"; agent != (err == nil) || !agent && (!errors.As(err, &refused) || refused.Code != vir.ErrArgumentUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPorts: no two guests have the same, and those of a guest that has gone
// are given again.
func TestPorts(t *testing.T) {
	h := open(t, "/system")
	ports := func(d *domxml.Domain) (list [2]int) {
		for i, g := range d.Devices.Graphics {
			list[i] = *g.Port
		}
		return list
	}
	first, one, _ := start(t, h, 1, screens)
	_, two, _ := start(t, h, 2, screens)
	if p, q := ports(one), ports(two); p != [2]int{5900, 5901} || q != [2]int{5902, 5903} {
		t.Error(p, q)
	}
	for range 2 { // the second has nothing to give back
		if err := first.Destroy(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	_, three, _ := start(t, h, 3, screens)
	if p := ports(three); p != [2]int{5900, 5901} {
		t.Error(p)
	}
	if a := three.Devices.Graphics[0].Listens; len(a) != 1 || a[0].Address != "127.0.0.1" || three.Devices.Videos[0].Alias == nil {
		t.Errorf("%+v, %+v", a, three.Devices.Videos[0])
	}
}

// TestFigures: bytes are bytes, and the parts make the whole.
func TestFigures(t *testing.T) {
	b := open(t, "/session").Backend
	free, err := b.(drivers.FreeMemorier).FreeMemory(t.Context())
	if err != nil || free != 16<<30 {
		t.Errorf("%d, %v", free, err)
	}
	pages, err := b.(drivers.FreePager).FreePages(t.Context(), []uint32{4, 2048}, 0, 1)
	if err != nil || len(pages) != 2 || pages[0] != 4<<20 || pages[1] != 0 {
		t.Errorf("%d, %v", pages, err)
	}
	for _, bad := range []struct {
		size  uint32
		start int
	}{{5, 0}, {4, 1}} {
		if _, err := b.(drivers.FreePager).FreePages(t.Context(), []uint32{bad.size}, bad.start, 1); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	info, err := b.(drivers.NodeInformer).NodeInfo(t.Context())
	if want := uint32(1 * 4 * 2); err != nil || info.CPUs != want || info.Sockets*info.Cores*info.Threads != want || info.Memory != 32<<20 {
		t.Errorf("%+v, %v", info, err)
	}
}
