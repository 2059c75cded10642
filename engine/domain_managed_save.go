package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainManagedSave(b *binder) {
	onDomain(b, remoteproto.DomainHasManagedSaveImage, func(_ *call, d *Domain, _ *remoteproto.DomainHasManagedSaveImageArgs) (*remoteproto.DomainHasManagedSaveImageRet, error) {
		return &remoteproto.DomainHasManagedSaveImageRet{Result: boolInt(d.load().managedSave)}, nil
	}).quick()
	change(b, remoteproto.DomainManagedSave, domainManagedSave).
		args(func(a *remoteproto.DomainManagedSaveArgs) error {
			return runningOrPaused(remoteproto.DomainManagedSave.Info, a.Flags)
		})
	// There are no images with documents in them yet.
	needing[drivers.JobReporter](onDomain(b, remoteproto.DomainManagedSaveGetXMLDesc, func(_ *call, d *Domain, _ *remoteproto.DomainManagedSaveGetXMLDescArgs) (*remoteproto.DomainManagedSaveGetXMLDescRet, error) {
		return nil, d.host.errorf(vir.ErrOperationInvalid, "domain does not have managed save image")
	}))
	change(b, remoteproto.DomainManagedSaveRemove, func(c *call, d *Domain, _ *remoteproto.DomainManagedSaveRemoveArgs) (*proc.Void, error) {
		d.update(c.Call, func(r *record) []*event {
			r.managedSave = false
			return nil
		})
		return nil, nil
	})
}

// domainManagedSave ends a persistent guest and remembers that it was saved.
// A simulated guest has no memory to keep, so the mark is all there is; the
// next start boots it afresh, as the reference's test driver does.
func domainManagedSave(c *call, d *Domain, _ *remoteproto.DomainManagedSaveArgs) (*proc.Void, error) {
	r, e, err := d.allowed(c, verbSave)
	if err != nil {
		return nil, err
	}
	if !r.persistent() {
		return nil, d.host.errorf(vir.ErrOperationInvalid, "cannot do managed save for transient domain")
	}
	if _, ok := d.host.backend.(drivers.ImageStore); !ok {
		return nil, d.host.errorf(vir.ErrOperationUnsupported, "a running guest cannot be saved yet")
	}
	// The mark comes first: nobody may see the domain off and not saved.
	d.update(c.Call, func(r *record) []*event {
		r.managedSave = true
		return nil
	})
	return nil, d.end(c, r, e)
}
