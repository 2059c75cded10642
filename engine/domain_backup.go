package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainBackup(b *binder) {
	needsGuest[drivers.Backuper](change(b, remoteproto.DomainBackupBegin, domainBackupBegin))
}

// domainBackupBegin reads both documents before it looks whether the domain
// runs, as the reference does, and holds the first against the schema
// unasked.
func domainBackupBegin(c *call, d *Domain, a *remoteproto.DomainBackupBeginArgs) (*proc.Void, error) {
	doc := []byte(a.BackupXML)
	if err := domxml.ValidateDomainBackupSchema(doc); err != nil {
		return nil, err
	}
	backup, err := domxml.ParseDomainBackup(doc)
	if err != nil {
		return nil, err
	}
	var checkpoint *domxml.DomainCheckpoint
	if a.CheckpointXML != nil {
		if checkpoint, err = domxml.ParseDomainCheckpoint([]byte(*a.CheckpointXML)); err != nil {
			return nil, err
		}
	}
	r := d.load()
	if !r.active() {
		return nil, c.host.errorf(vir.ErrOperationUnsupported, "cannot perform disk backup for inactive domain")
	}
	g, err := guestOf[drivers.Backuper](c, r)
	if err != nil {
		return nil, err
	}
	return nil, g.BeginBackup(c, backup, checkpoint, vir.DomainBackupBeginFlags(a.Flags))
}
