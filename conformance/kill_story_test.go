package conformance

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/conformance/lab"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What the daemon is told while it is killed, and what it has acknowledged. Each domain is told things by one client
// alone, one call at a time, so that it is known at any moment what must be there.

// known is what must be true of a domain. What the client does not know is -1 or empty.
type known struct {
	name      string
	defined   bool
	config    string // what marks its definition
	live      string // what marks its running guest
	autostart bool
	state     vir.DomainState
	reason    int32
	id        int32
	process   lab.Process
}

func (k *known) active() bool { return k.state != vir.DomainShutoff }
func (k *known) there() bool  { return k.defined || k.active() }

// kept is a domain of the script.
type kept struct {
	uuid  rp.UUID
	calm  bool // its guest is one of those that are never ended
	image string
	now   known // acknowledged
	next  known // what the call under way would make of it
	doing string
}

// document is one that is marked.
func (d *kept) document(mark string) string {
	return strings.Replace(tinyGuest(d.now.name, d.uuid, mark), "<devices>", "<devices><disk type='file' device='disk'>"+
		"<driver name='qemu' type='qcow2'/><source file='"+d.image+"'/><target dev='vda' bus='virtio'/></disk>", 1)
}

// story is one client's part of what goes on.
type story struct {
	root     string // the daemon's
	rand     *rand.Rand
	subjects []*kept
	marks    *int
	// done counts acknowledged calls by name, hit those that were under way when the daemon was killed.
	done, hit map[string]int
}

// move is one thing that can be told about a domain.
type move struct {
	name  string
	often int
	can   func(s *kept) bool
	// then is what it makes of what is known; mark is new.
	then func(k *known, mark string)
	do   func(c *line, s *kept, d rp.Domain) error
}

var moves = []move{
	{"define", 4, func(s *kept) bool { return true }, func(k *known, mark string) { k.defined, k.config = true, mark },
		func(c *line, s *kept, _ rp.Domain) error {
			_, err := ask(c, rp.DomainDefineXML, &rp.DomainDefineXMLArgs{XML: s.document(s.next.config)})
			return err
		}},
	{"undefine", 2, func(s *kept) bool { return s.now.defined },
		func(k *known, _ string) { k.defined, k.config, k.autostart = false, "", false },
		func(c *line, _ *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainUndefineFlags, &rp.DomainUndefineFlagsArgs{Dom: d})
			return err
		}},
	{"rename", 2, func(s *kept) bool { return s.now.defined && !s.now.active() },
		func(k *known, _ string) {
			if name, ok := strings.CutSuffix(k.name, "-renamed"); ok {
				k.name = name
			} else {
				k.name += "-renamed"
			}
		},
		func(c *line, s *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainRename, &rp.DomainRenameArgs{Dom: d, NewName: &s.next.name})
			return err
		}},
	{"autostart", 3, func(s *kept) bool { return s.now.defined }, func(k *known, _ string) { k.autostart = !k.autostart },
		func(c *line, s *kept, d rp.Domain) error {
			on := int32(0)
			if s.next.autostart {
				on = 1
			}
			_, err := ask(c, rp.DomainSetAutostart, &rp.DomainSetAutostartArgs{Dom: d, Autostart: on})
			return err
		}},
	{"describe", 3, func(s *kept) bool { return s.now.defined }, func(k *known, mark string) { k.config = mark },
		func(c *line, s *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainSetMetadata, &rp.DomainSetMetadataArgs{Dom: d, Metadata: &s.next.config, Flags: uint32(vir.DomainAffectConfig)})
			return err
		}},
	{"describe live", 3, func(s *kept) bool { return s.now.active() }, func(k *known, mark string) { k.live = mark },
		func(c *line, s *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainSetMetadata, &rp.DomainSetMetadataArgs{Dom: d, Metadata: &s.next.live, Flags: uint32(vir.DomainAffectLive)})
			return err
		}},
	{"start", 4, func(s *kept) bool { return s.now.defined && !s.now.active() },
		func(k *known, _ string) { k.state, k.live, k.id = vir.DomainRunning, k.config, -1 },
		func(c *line, _ *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainCreate, &rp.DomainCreateArgs{Dom: d})
			return err
		}},
	{"start paused", 2, func(s *kept) bool { return s.now.defined && !s.now.active() },
		func(k *known, _ string) { k.state, k.live, k.id = vir.DomainPaused, k.config, -1 },
		func(c *line, _ *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainCreateWithFlags, &rp.DomainCreateWithFlagsArgs{Dom: d, Flags: uint32(vir.DomainStartPaused)})
			return err
		}},
	{"create", 3, func(s *kept) bool { return !s.now.there() },
		func(k *known, mark string) { k.state, k.live, k.id = vir.DomainRunning, mark, -1 },
		func(c *line, s *kept, _ rp.Domain) error {
			_, err := ask(c, rp.DomainCreateXML, &rp.DomainCreateXMLArgs{XMLDesc: s.document(s.next.live)})
			return err
		}},
	{"suspend", 4, func(s *kept) bool { return s.now.state == vir.DomainRunning }, func(k *known, _ string) { k.state = vir.DomainPaused },
		func(c *line, _ *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainSuspend, &rp.DomainSuspendArgs{Dom: d})
			return err
		}},
	{"resume", 4, func(s *kept) bool { return s.now.state == vir.DomainPaused }, func(k *known, _ string) { k.state = vir.DomainRunning },
		func(c *line, _ *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainResume, &rp.DomainResumeArgs{Dom: d})
			return err
		}},
	{"destroy", 2, func(s *kept) bool { return s.now.active() && !s.calm },
		func(k *known, _ string) { k.state, k.live, k.id, k.process = vir.DomainShutoff, "", -1, lab.Process{} },
		func(c *line, _ *kept, d rp.Domain) error {
			_, err := ask(c, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: d})
			return err
		}},
}

// run tells the daemon one thing after the other until it is no more. The error is that of a call that should have
// worked.
func (s *story) run(c *line) error {
	for {
		d := s.subjects[s.rand.IntN(len(s.subjects))]
		var can []*move
		for i := range moves {
			for range moves[i].often {
				if moves[i].can(d) {
					can = append(can, &moves[i])
				}
			}
		}
		m := can[s.rand.IntN(len(can))]
		err := s.step(c, d, m)
		if code(err) != 0 {
			return fmt.Errorf("%s of '%s': %w", m.name, d.now.name, err)
		}
		if err != nil {
			return nil
		}
	}
}

// step does one thing and takes note of what was acknowledged.
func (s *story) step(c *line, d *kept, m *move) error {
	*s.marks++
	d.next, d.doing = d.now, m.name
	m.then(&d.next, strconv.Itoa(*s.marks))
	if d.next.state != d.now.state {
		d.next.reason = -1
	}
	if err := m.do(c, d, rp.Domain{Name: d.now.name, UUID: d.uuid, ID: d.now.id}); err != nil {
		return err
	}
	s.done[m.name]++
	d.now, d.doing = d.next, ""
	if d.now.active() && d.now.process.PID == 0 {
		d.now.process = s.process(d)
	}
	if !d.now.there() {
		return nil
	}
	return s.learn(c, d)
}

// learn asks for what the daemon has decided by itself.
func (s *story) learn(c *line, d *kept) error {
	ret, err := ask(c, rp.DomainLookupByUUID, &rp.DomainLookupByUUIDArgs{UUID: d.uuid})
	if err != nil {
		return err
	}
	state, err := ask(c, rp.DomainGetState, &rp.DomainGetStateArgs{Dom: ret.Dom})
	if err != nil {
		return err
	}
	d.now.id, d.now.reason = ret.Dom.ID, state.Reason
	return nil
}

// process is the emulator of a guest that was just started.
func (s *story) process(d *kept) lab.Process {
	text, err := os.ReadFile(filepath.Join(s.root, "run/libvirt/qemu", d.now.name+".pid"))
	if err != nil {
		return lab.Process{}
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return lab.Process{PID: pid, Started: lab.Started(pid)}
}

// seen is what a daemon says of a domain.
func (d *kept) seen(c *line) (known, error) {
	k := known{state: vir.DomainShutoff, id: -1}
	ret, err := ask(c, rp.DomainLookupByUUID, &rp.DomainLookupByUUIDArgs{UUID: d.uuid})
	if code(err) == vir.ErrNoDomain {
		return k, nil
	} else if err != nil {
		return k, err
	}
	k.name, k.id = ret.Dom.Name, ret.Dom.ID
	state, err := ask(c, rp.DomainGetState, &rp.DomainGetStateArgs{Dom: ret.Dom})
	if err != nil {
		return k, err
	}
	k.state, k.reason = vir.DomainState(state.State), state.Reason
	persistent, err := ask(c, rp.DomainIsPersistent, &rp.DomainIsPersistentArgs{Dom: ret.Dom})
	if err != nil {
		return k, err
	}
	k.defined = persistent.Persistent != 0
	auto, err := ask(c, rp.DomainGetAutostart, &rp.DomainGetAutostartArgs{Dom: ret.Dom})
	if err != nil {
		return k, err
	}
	k.autostart = auto.Autostart != 0
	describe := func(flags vir.DomainXMLFlags) (string, error) {
		text, err := ask(c, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: ret.Dom, Flags: uint32(flags)})
		if err != nil {
			return "", err
		}
		var doc struct {
			Description string `xml:"description"`
		}
		err = xml.Unmarshal([]byte(text.XML), &doc)
		return doc.Description, err
	}
	if k.defined {
		if k.config, err = describe(vir.DomainXMLInactive); err != nil {
			return k, err
		}
	}
	if k.active() {
		k.live, err = describe(0)
	}
	return k, err
}

// judge compares what a new daemon says with what was acknowledged; what was under way may have happened or not.
func (d *kept) judge(k known) error {
	now, next := &d.now, &d.next
	if d.doing == "" {
		next = now
	}
	either := func(what string, got, a, b any) error {
		if got == a || got == b {
			return nil
		}
		return fmt.Errorf("%s is %v, was %v, and %q would make it %v", what, got, a, d.doing, b)
	}
	errs := []error{
		either("defined", k.defined, now.defined, next.defined),
		either("state", k.state, now.state, next.state),
	}
	if k.there() {
		errs = append(errs, either("name", k.name, now.name, next.name), either("autostart", k.autostart, now.autostart, next.autostart))
	}
	if k.defined {
		errs = append(errs, either("config", k.config, now.config, next.config))
	}
	if k.active() {
		errs = append(errs, either("live", k.live, now.live, next.live))
		if now.active() && now.id >= 0 {
			errs = append(errs, either("id", k.id, now.id, now.id))
		}
	}
	// Why a guest has ended is not kept, by the reference neither.
	if k.active() && k.state == now.state && now.state == next.state && now.reason >= 0 {
		errs = append(errs, either("reason", k.reason, now.reason, now.reason))
	}
	return errors.Join(errs...)
}
