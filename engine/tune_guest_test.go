package engine_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// tuned is a driver whose guests are told of their limits, with the rules of
// hypervisors. Its guests write down what they hear.
type tuned struct {
	*lasting
	said []string
	err  error
	kept *domxml.Domain
}

type tunedPersonality struct{ drivers.Personality }

func (tunedPersonality) TunesGuests() {}

// Rule has the flags of drivers that change the guest or its definition.
func (p tunedPersonality) Rule(procedure string) (drivers.Rule, bool) {
	r, ok := p.Personality.Rule(procedure)
	r.Flags |= uint32(vir.DomainAffectLive | vir.DomainAffectConfig)
	return r, ok
}

type tunedGuest struct {
	drivers.Guest
	t *tuned
}

// KeepStatus is what the next daemon would know.
func (g *tunedGuest) KeepStatus(s drivers.Status) error {
	g.t.kept = s.Domain
	return nil
}

func (*tuned) GuestType() reflect.Type { return reflect.TypeFor[*tunedGuest]() }

func (t *tuned) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, n drivers.Notify) (drivers.Guest, error) {
	g, err := t.Backend.Start(ctx, d, o, n)
	return &tunedGuest{g, t}, err
}

func (g *tunedGuest) hear(format string, args ...any) error {
	g.t.said = append(g.t.said, fmt.Sprintf(format, args...))
	return g.t.err
}

func (g *tunedGuest) SetIOTune(_ context.Context, k *domxml.Disk, t *domxml.IOTune) error {
	return g.hear("%s %d/%d %d/%d", k.Target.Dev, t.TotalBytesSec, t.ReadBytesSec, t.TotalIOPSSec, t.TotalIOPSSecMax)
}

func (g *tunedGuest) IOTune(context.Context, *domxml.Disk) (domxml.IOTune, error) {
	return domxml.IOTune{TotalBytesSec: 77}, nil
}
func (g *tunedGuest) PinVcpu(_ context.Context, n uint, s domxml.CPUSet) error {
	return g.hear("vcpu %d %v", n, s)
}
func (g *tunedGuest) PinEmulator(_ context.Context, s domxml.CPUSet) error {
	return g.hear("emulator %v", s)
}
func (g *tunedGuest) PinIOThread(_ context.Context, n uint, s domxml.CPUSet) error {
	return g.hear("iothread %d %v", n, s)
}
func (g *tunedGuest) IOThreadNumbers(context.Context) ([]uint, error) { return []uint{4, 1}, nil }
func (g *tunedGuest) PlugDevice(context.Context, *domxml.Device, *domxml.Domain) error {
	return g.hear("plug")
}
func (g *tunedGuest) UnplugDevice(context.Context, *domxml.Device, *domxml.Domain) error {
	return g.hear("unplug")
}
func (g *tunedGuest) ChangeDevice(context.Context, *domxml.Device, *domxml.Domain) error {
	return g.hear("change")
}
func (g *tunedGuest) AddIOThread(_ context.Context, t *domxml.IOThread) error {
	return g.hear("new %d", t.ID)
}
func (g *tunedGuest) RemoveIOThread(_ context.Context, n uint) error { return g.hear("gone %d", n) }
func (g *tunedGuest) SetIOThread(_ context.Context, t *domxml.IOThread) error {
	return g.hear("poll %d %d", t.ID, *t.Poll.Max)
}
func (g *tunedGuest) SetLink(_ context.Context, c *domxml.Interface, up bool) error {
	return g.hear("link %s %v", c.MAC.Address, up)
}

func ullong(name string, v uint64) remoteproto.TypedParam {
	return remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamUllong), Ul: v}}
}

// TestTuneGuest: a guest hears of new limits before they stand in its document,
// which has none that it refuses; what is not given of a group of limits ends;
// one call may change the definition, too; clients hear of it.
func TestTuneGuest(t *testing.T) {
	b := &tuned{lasting: &lasting{Backend: sim.New(drivers.SimulatedHost{Node: drivers.NodeInfo{CPUs: 2}, Online: []bool{true, true}}, now), guests: map[string]*lastingGuest{}}}
	b.lasting.self = b
	b.lasting.personality = func(p drivers.Personality) drivers.Personality { return tunedPersonality{p} }
	s := connect(t, engine.New(engine.Config{Drivers: []drivers.Driver{b.lasting}}), "lasting:///")
	text := strings.Replace(document("a"), "</domain>", `<vcpu>2</vcpu><iothreads>1</iothreads><devices>
<disk type='file' device='disk'><source file='/d'/><target dev='vda' bus='virtio'/></disk>
<interface type='user'><mac address='52:54:00:00:00:01'/></interface></devices></domain>`, 1)
	dom := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: text}).Dom
	must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
	register(t, s, vir.DomainEventIDTunable, nil)
	const live, config = uint32(vir.DomainAffectLive), uint32(vir.DomainAffectConfig)

	ioTune := func(flags uint32, list ...remoteproto.TypedParam) error {
		_, err := do(s, remoteproto.DomainSetBlockIoTune, &remoteproto.DomainSetBlockIoTuneArgs{Dom: dom, Disk: "vda", Params: list, Flags: flags})
		return err
	}
	steps := []struct {
		err  error // of the guest
		do   func() error
		said string
		live string // what must be in the document of the guest
		told string // what the event says
		code vir.ErrorNumber
	}{
		{do: func() error {
			return ioTune(live|config, ullong("total_bytes_sec", 100), ullong("total_iops_sec", 5), ullong("total_iops_sec_max", 9))
		},
			said: "vda 100/0 5/9", live: "<total_bytes_sec>100<", told: "blkdeviotune.disk blkdeviotune.total_bytes_sec blkdeviotune.total_iops_sec blkdeviotune.total_iops_sec_max"},
		{do: func() error { return ioTune(live, ullong("read_bytes_sec", 3)) },
			said: "vda 0/3 5/9", live: "<read_bytes_sec>3<", told: "blkdeviotune.disk blkdeviotune.read_bytes_sec"},
		{do: func() error { return ioTune(live, ullong("total_iops_sec", 10)) }, live: "<total_iops_sec>5<", code: vir.ErrConfigUnsupported},
		{do: func() error { return ioTune(live, ullong("read_bytes_sec", 4)) }, err: errors.New("no"), said: "vda 0/4 5/9", live: "<read_bytes_sec>3<", code: vir.ErrInternalError},
		{do: func() error {
			_, err := do(s, remoteproto.DomainPinVcpuFlags, &remoteproto.DomainPinVcpuFlagsArgs{Dom: dom, Vcpu: 1, CPUMap: []byte{1}, Flags: live})
			return err
		}, said: "vcpu 1 0", live: "<vcpupin vcpu='1' cpuset='0'/>", told: "cputune.vcpupin1"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainPinVcpuFlags, &remoteproto.DomainPinVcpuFlagsArgs{Dom: dom, Vcpu: 5, CPUMap: []byte{1}, Flags: live})
			return err
		}, code: vir.ErrInvalidArg},
		{do: func() error {
			_, err := do(s, remoteproto.DomainPinVcpuFlags, &remoteproto.DomainPinVcpuFlagsArgs{Dom: dom, Vcpu: 0, CPUMap: []byte{2}, Flags: config})
			return err
		}, live: "<vcpupin vcpu='1'"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainPinEmulator, &remoteproto.DomainPinEmulatorArgs{Dom: dom, CPUMap: []byte{3}, Flags: live})
			return err
		}, said: "emulator 0-1", live: "<emulatorpin cpuset='0-1'/>", told: "cputune.emulatorpin"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainPinIOThread, &remoteproto.DomainPinIOThreadArgs{Dom: dom, IOThreadsID: 1, CPUMap: []byte{2}, Flags: live})
			return err
		}, said: "iothread 1 1", live: "<iothreadpin iothread='1' cpuset='1'/>", told: "cputune.iothreadpin1"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainAddIOThread, &remoteproto.DomainAddIOThreadArgs{Dom: dom, IOThreadID: 4, Flags: live})
			return err
		}, said: "new 4", live: "<iothread id='4'/>"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainSetIOThreadParams, &remoteproto.DomainSetIOThreadParamsArgs{Dom: dom, IOThreadID: 4,
				Params: []remoteproto.TypedParam{ullong("poll_max_ns", 500)}, Flags: live})
			return err
		}, said: "poll 4 500", live: "<poll max='500'/>"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainDelIOThread, &remoteproto.DomainDelIOThreadArgs{Dom: dom, IOThreadID: 4, Flags: live})
			return err
		}, said: "gone 4", live: "<iothreads>1</iothreads>"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainUpdateDeviceFlags, &remoteproto.DomainUpdateDeviceFlagsArgs{Dom: dom, Flags: live,
				XML: "<interface type='user'><mac address='52:54:00:00:00:01'/><link state='down'/></interface>"})
			return err
		}, said: "link 52:54:00:00:00:01 false", live: "<link state='down'/>"},
		{do: func() error {
			_, err := do(s, remoteproto.DomainUpdateDeviceFlags, &remoteproto.DomainUpdateDeviceFlagsArgs{Dom: dom, Flags: live,
				XML: "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='e1000'/></interface>"})
			return err
		}, live: "<link state='down'/>", code: vir.ErrOperationUnsupported},
	}
	for i, step := range steps {
		b.said, b.err = nil, step.err
		s.take()
		err := step.do()
		var e *vir.Error
		if (err != nil) != (step.code != 0) || step.code != 0 && step.err == nil && (!errors.As(err, &e) || e.Code != step.code) {
			t.Errorf("step %d: %v", i, err)
		}
		if said := strings.Join(b.said, "; "); said != step.said {
			t.Errorf("step %d: the guest has heard %q, want %q", i, said, step.said)
		}
		if now := must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom}).XML; !strings.Contains(now, step.live) {
			t.Errorf("step %d: no %s in %s", i, step.live, now)
		}
		kept, err := domxml.FormatDomain(b.kept, 0)
		if err != nil || !strings.Contains(string(kept), step.live) {
			t.Errorf("step %d: no %s in what is kept: %s, %v", i, step.live, kept, err)
		}
		if told := tunables(t, s); told != step.told {
			t.Errorf("step %d: told of %q, want %q", i, told, step.told)
		}
	}
	stored := must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom, Flags: uint32(vir.DomainXMLInactive)}).XML
	for _, want := range []string{"<total_bytes_sec>100<", "<vcpupin vcpu='0' cpuset='1'/>"} {
		if !strings.Contains(stored, want) {
			t.Errorf("no %s in the definition %s", want, stored)
		}
	}
	// What is in force is what the guest says.
	if r := must(t, s, remoteproto.DomainGetIOThreadInfo, &remoteproto.DomainGetIOThreadInfoArgs{Dom: dom, Flags: live}); len(r.Info) != 2 || r.Info[0].IOThreadID != 4 {
		t.Errorf("iothreads %v", r.Info)
	}
	r := must(t, s, remoteproto.DomainGetBlockIoTune, &remoteproto.DomainGetBlockIoTuneArgs{Dom: dom, Disk: ptr("vda"), Nparams: 20, Flags: live})
	if i := slices.IndexFunc(r.Params, func(p remoteproto.TypedParam) bool { return p.Field == "total_bytes_sec" }); i < 0 || r.Params[i].Value.Ul != 77 {
		t.Errorf("limits %v", r.Params)
	}
}

// tunables are the names in the events of that kind so far.
func tunables(t *testing.T, s *session) string {
	t.Helper()
	var names []string
	for _, ev := range s.take() {
		if ev.info.Name != "domain_event_callback_tunable" {
			t.Errorf("event %s", ev.info.Name)
			continue
		}
		var m remoteproto.DomainEventCallbackTunableMsg
		m.DecodeXDR(xdr.NewReader(ev.body))
		for _, p := range m.Params {
			names = append(names, p.Field)
		}
	}
	return strings.Join(names, " ")
}
