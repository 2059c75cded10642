package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainCoreDump(b *binder) {
	needsGuest[drivers.CoreDumper](change(b, remoteproto.DomainCoreDump, func(c *call, d *Domain, a *remoteproto.DomainCoreDumpArgs) (*proc.Void, error) {
		return nil, d.coreDump(c, a.To, vir.DomainCoreDumpFormatRaw, a.Flags)
	}).args(func(a *remoteproto.DomainCoreDumpArgs) error {
		return checkDumpFlags(remoteproto.DomainCoreDump.Info, a.Flags)
	}))
	needsGuest[drivers.CoreDumper](change(b, remoteproto.DomainCoreDumpWithFormat, func(c *call, d *Domain, a *remoteproto.DomainCoreDumpWithFormatArgs) (*proc.Void, error) {
		return nil, d.coreDump(c, a.To, vir.DomainCoreDumpFormat(a.Dumpformat), a.Flags)
	}).args(func(a *remoteproto.DomainCoreDumpWithFormatArgs) error {
		p := remoteproto.DomainCoreDumpWithFormat.Info
		if a.Dumpformat > uint32(vir.DomainCoreDumpFormatWinDmp) {
			return argError(p, "flags", "dumpformat '%d' is not supported", a.Dumpformat)
		}
		return checkDumpFlags(p, a.Flags)
	}))
}

// checkDumpFlags refuses two fates of the guest at once.
func checkDumpFlags(info *proc.Info, flags uint32) error {
	const crash, live, reset = uint32(vir.DumpCrash), uint32(vir.DumpLive), uint32(vir.DumpReset)
	return first(
		exclusive(info, flags, crash, live, "VIR_DUMP_CRASH", "VIR_DUMP_LIVE"),
		exclusive(info, flags, crash, reset, "VIR_DUMP_CRASH", "VIR_DUMP_RESET"),
		exclusive(info, flags, live, reset, "VIR_DUMP_LIVE", "VIR_DUMP_RESET"),
	)
}

// coreDump writes the guest's memory to a file. With VIR_DUMP_CRASH the guest
// counts as crashed afterwards, whatever its definition says about crashes.
func (d *Domain) coreDump(c *call, to string, format vir.DomainCoreDumpFormat, flags uint32) error {
	r, e, err := d.allowed(c, verbCrash)
	if err != nil {
		return err
	}
	g, err := guestOf[drivers.CoreDumper](c, r)
	if err != nil {
		return err
	}
	if err := g.DumpCore(c, hostPath(to), format); err != nil {
		return err
	}
	if flags&uint32(vir.DumpCrash) == 0 {
		return nil
	}
	return d.end(c, r, e)
}
