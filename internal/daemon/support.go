package daemon

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/adminproto"
	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/lxcproto"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

//go:generate go run ./internal/gensupport
//go:generate go run ../../cmd/govirtd support --markdown ../../docs/support.md

// State is what becomes of a procedure on a host.
type State string

// The states.
const (
	// Works as on the reference's driver of the same name.
	Works State = "works"
	// Beyond works, and the reference's driver refuses it; the strict mode does
	// as well.
	Beyond State = "beyond"
	// Missing is refused although the reference's driver has it.
	Missing State = "missing"
	// Refused with VIR_ERR_NO_SUPPORT, as by the reference's driver.
	Refused State = "refused"
	// Transport is answered by the transport itself.
	Transport State = "transport"
	// Sent and Unsent are messages to clients, which ours sends or not yet.
	Sent   State = "sent"
	Unsent State = "unsent"
	// Absent is a program that is not served.
	Absent State = "absent"
)

// Procedure is a line of the table of what is supported.
type Procedure struct {
	*proc.Info
	Bound bool // a handler of the engine serves it
	// Needs are the abilities that a backend must have (package drivers).
	Needs []string
	// Simulated is about test:///, QEMU about real guests.
	Simulated, QEMU State
	// Verified says which recordings of the reference, libvirt 11.3.0, the
	// tests compare it with.
	Verified []string
}

// SupportTable lists every procedure of every program.
func SupportTable() ([]Procedure, error) {
	cfg := Config{}
	e := engine.New(engine.Config{Drivers: cfg.Drivers()})
	host, err := cfg.Drivers()[0].Open(context.Background(), &url.URL{Scheme: "test", Path: "/default"})
	if err != nil {
		return nil, err
	}
	supported := func(p drivers.Personality, b drivers.Backend) map[*proc.Info]engine.Support {
		calls := map[*proc.Info]engine.Support{}
		for _, s := range e.Support(p, b) {
			calls[s.Proc] = s
		}
		return calls
	}
	calls := supported(host.Personality, host.Backend)
	// What a backend can do follows from its type.
	real := supported(qemupersonality.New(qemupersonality.Config{}), realType())
	var out []Procedure
	for _, program := range [][]*proc.Info{
		remoteproto.Procedures, qemuproto.Procedures, lxcproto.Procedures, adminproto.Procedures, keepaliveproto.Procedures,
	} {
		list := slices.SortedFunc(slices.Values(program), func(a, b *proc.Info) int { return cmp.Compare(a.Name, b.Name) })
		for _, info := range list {
			p := Procedure{Info: info, Simulated: Absent, QEMU: Absent, Verified: verified[info.Program.Name+":"+info.Name]}
			s, served := calls[info]
			switch {
			case served:
				p.Bound, p.Needs, p.Simulated, p.QEMU = s.Bound, s.Needs, stateOf(s), stateOf(real[info])
			case ofTransport(info):
				p.Simulated, p.QEMU = Transport, Transport
			case info.Kind == proc.KindEvent && info.Program != &adminproto.Program:
				p.Simulated = Unsent
				if sent[info.Program.Name+":"+info.Name] {
					p.Simulated = Sent
				}
				p.QEMU = p.Simulated
			}
			if p.Simulated == Missing || p.Simulated == Unsent || p.Simulated == Absent {
				p.Verified = nil // the recording is there, ours is not
			}
			out = append(out, p)
		}
	}
	return out, nil
}

func stateOf(s engine.Support) State {
	switch {
	case s.Works && s.Reference:
		return Works
	case s.Works:
		return Beyond
	case s.Reference:
		return Missing
	}
	return Refused
}

// ofTransport reports what package remote answers before any table is asked.
func ofTransport(info *proc.Info) bool {
	return info.Program == &keepaliveproto.Program ||
		info.Program == &remoteproto.Program && strings.HasPrefix(info.Name, "auth_")
}
