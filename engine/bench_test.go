package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// benchXML is a document with n disks and interfaces.
func benchXML(i, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<domain type='test'><name>bench-%05d</name><uuid>be9c4000-0000-4000-8000-%012x</uuid><memory unit='KiB'>1048576</memory><vcpu>4</vcpu>"+
		"<os><type arch='x86_64'>hvm</type></os><devices>", i, i)
	for k := range n {
		fmt.Fprintf(&b, "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/images/%d-%d.qcow2'/>"+
			"<target dev='vd%c' bus='virtio'/></disk><interface type='network'><mac address='52:54:00:00:%02x:%02x'/><source network='default'/>"+
			"<model type='virtio'/></interface>", i, k, 'a'+k, i%256, k)
	}
	return b.String() + "</devices></domain>"
}

func benchRef(i int) remoteproto.Domain {
	return remoteproto.Domain{UUID: remoteproto.UUID{0xbe, 0x9c, 0x40, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, byte(i >> 8), byte(i)}}
}

// quiet is a session that throws its events away.
type quiet struct {
	session
	events int
}

func (s *quiet) Emit(*proc.Info, []byte, bool) { s.events++ }

// served makes a function that has a call served as a transport does, without one: arguments and result are encoded.
func served[A, R any](b *testing.B, e *engine.Engine, s proc.Session, p *proc.Proc[A, R], a *A) func() {
	args, err := p.AppendArgs(nil, a)
	if err != nil {
		b.Fatal(err)
	}
	h := e.Table().Handler(p.Program.Number, p.Number)
	out := make([]byte, 0, 4<<20)
	return func() {
		c := proc.NewCall(s, p.Info, 1, nil)
		if _, err := h.Serve(context.Background(), c, args, out); err != nil {
			b.Fatal(err)
		}
		c.Release()
	}
}

func benchSession(b *testing.B, e *engine.Engine) *quiet {
	s := &quiet{}
	uri := "test:///default"
	served(b, e, s, remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{Name: &uri})()
	return s
}

// BenchmarkCalls is what calls cost without a socket.
func BenchmarkCalls(b *testing.B) {
	e := newEngine(false)
	s := benchSession(b, e)
	define := func(i, n int) func() {
		return served(b, e, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: benchXML(i, n)})
	}
	undefine := func(i int) func() {
		return served(b, e, s, remoteproto.DomainUndefine, &remoteproto.DomainUndefineArgs{Dom: benchRef(i)})
	}
	run := func(name string, rounds ...func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, f := range rounds {
					f()
				}
			}
		})
	}
	run("version", served(b, e, s, remoteproto.ConnectGetLibVersion, nil))
	run("create-destroy", served(b, e, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: benchXML(9999, 0)}),
		served(b, e, s, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: benchRef(9999)}))
	run("define-undefine", define(9999, 12), undefine(9999))
	define(0, 12)()
	run("lookup", served(b, e, s, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "bench-00000"}))
	run("state", served(b, e, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: benchRef(0)}))
	run("info", served(b, e, s, remoteproto.DomainGetInfo, &remoteproto.DomainGetInfoArgs{Dom: benchRef(0)}))
	run("dumpxml", served(b, e, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: benchRef(0)}))
	for i := range 1000 {
		define(i, 0)()
	}
	run("list-1000", served(b, e, s, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{NeedResults: 1}))
	run("stats-1000", served(b, e, s, remoteproto.ConnectGetAllDomainStats, &remoteproto.ConnectGetAllDomainStatsArgs{Stats: 1}))
}

// BenchmarkEvents is a change of state that n others hear of.
func BenchmarkEvents(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			e := newEngine(false)
			for range n {
				s := benchSession(b, e)
				served(b, e, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{})()
			}
			s := benchSession(b, e)
			served(b, e, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: benchXML(0, 0)})()
			suspend := served(b, e, s, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: benchRef(0)})
			resume := served(b, e, s, remoteproto.DomainResume, &remoteproto.DomainResumeArgs{Dom: benchRef(0)})
			b.ReportAllocs()
			for b.Loop() {
				suspend()
				resume()
			}
		})
	}
}
