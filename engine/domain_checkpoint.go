package engine

import (
	"strconv"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// checkpoint is what the engine keeps of one. The document has no domain,
// which is a definition of its own; one that was described without has none.
type checkpoint struct {
	doc    *domxml.DomainCheckpoint
	config *definition
}

func bindDomainCheckpoints(b *binder) {
	onDomain(b, remoteproto.DomainListAllCheckpoints, func(_ *call, d *Domain, a *remoteproto.DomainListAllCheckpointsArgs) (*remoteproto.DomainListAllCheckpointsRet, error) {
		refs, n := d.checkpointRefs(&a.Dom, "", a.Flags, a.NeedResults)
		return &remoteproto.DomainListAllCheckpointsRet{Checkpoints: refs, Ret: n}, nil
	}).quick()
	onCheckpoint(b, remoteproto.DomainCheckpointListAllChildren, func(_ *call, d *Domain, m *moment[checkpoint], a *remoteproto.DomainCheckpointListAllChildrenArgs) (*remoteproto.DomainCheckpointListAllChildrenRet, error) {
		refs, n := d.checkpointRefs(&a.Checkpoint.Dom, m.name, a.Flags, a.NeedResults)
		return &remoteproto.DomainCheckpointListAllChildrenRet{Checkpoints: refs, Ret: n}, nil
	}).quick()
	onDomain(b, remoteproto.DomainCheckpointLookupByName, func(_ *call, d *Domain, a *remoteproto.DomainCheckpointLookupByNameArgs) (*remoteproto.DomainCheckpointLookupByNameRet, error) {
		m, err := d.checkpoint(a.Name)
		if err != nil {
			return nil, err
		}
		return &remoteproto.DomainCheckpointLookupByNameRet{Checkpoint: checkpointRef(&a.Dom, m.name)}, nil
	}).quick()
	onCheckpoint(b, remoteproto.DomainCheckpointGetParent, func(_ *call, d *Domain, m *moment[checkpoint], a *remoteproto.DomainCheckpointGetParentArgs) (*remoteproto.DomainCheckpointGetParentRet, error) {
		if m.parent == "" {
			return nil, d.host.errorf(vir.ErrNoDomainCheckpoint, "checkpoint '%s' does not have a parent", m.name)
		}
		return &remoteproto.DomainCheckpointGetParentRet{Parent: checkpointRef(&a.Checkpoint.Dom, m.parent)}, nil
	}).quick()
	onCheckpoint(b, remoteproto.DomainCheckpointGetXMLDesc, domainCheckpointGetXMLDesc)
	needing[drivers.Checkpointer](change(b, remoteproto.DomainCheckpointCreateXML, domainCheckpointCreateXML).
		args(func(a *remoteproto.DomainCheckpointCreateXMLArgs) error {
			const redefine, name = uint32(vir.DomainCheckpointCreateRedefine), "VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE"
			info := remoteproto.DomainCheckpointCreateXML.Info
			return first(
				exclusive(info, a.Flags, redefine, uint32(vir.DomainCheckpointCreateQuiesce), name, "VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE"),
				required(info, a.Flags, uint32(vir.DomainCheckpointCreateRedefineValidate), redefine, "VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE", name),
			)
		}).
		driver(func(c *call, a *remoteproto.DomainCheckpointCreateXMLArgs) error {
			// The public function knows the flag and the driver does not.
			r := c.host.rules.of(c.Info)
			known := r.flags &^ uint32(vir.DomainCheckpointCreateRedefineValidate)
			if bad := a.Flags &^ known; bad != 0 {
				return vir.UnsupportedFlags(c.host.personality.ErrorDomain(), r.function, bad)
			}
			return nil
		}).flagsLater())
	needing[drivers.Checkpointer](changeCheckpoint(b, remoteproto.DomainCheckpointDelete, domainCheckpointDelete).args(func(a *remoteproto.DomainCheckpointDeleteArgs) error {
		return exclusive(remoteproto.DomainCheckpointDelete.Info, a.Flags, uint32(vir.DomainCheckpointDeleteChildren), uint32(vir.DomainCheckpointDeleteChildrenOnly),
			"VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN", "VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY")
	}))
}

// aboutCheckpoint is every argument struct that begins with a checkpoint.
type aboutCheckpoint[A any] interface {
	*A
	DomainCheckpointRef() *remoteproto.DomainCheckpoint
}

// onCheckpoint binds a procedure about one checkpoint, which is looked up
// after its domain.
func onCheckpoint[A, R any, P aboutCheckpoint[A]](b *binder, p *proc.Proc[A, R], fn func(*call, *Domain, *moment[checkpoint], *A) (*R, error)) setup[A] {
	return onConn(b, p, func(c *call, a *A) (*R, error) {
		ref := P(a).DomainCheckpointRef()
		d, err := c.host.domain(&ref.Dom)
		if err != nil {
			return nil, err
		}
		m, err := d.checkpoint(ref.Name)
		if err != nil {
			return nil, err
		}
		return fn(c, d, m, a)
	})
}

// changeCheckpoint binds a procedure that runs with the domain's job.
func changeCheckpoint[A, R any, P aboutCheckpoint[A]](b *binder, p *proc.Proc[A, R], fn func(*call, *Domain, *moment[checkpoint], *A) (*R, error)) setup[A] {
	return onCheckpoint[A, R, P](b, p, func(c *call, d *Domain, m *moment[checkpoint], a *A) (*R, error) {
		done, err := d.job.begin(c, p.API)
		if err != nil {
			return nil, err
		}
		defer done()
		if m, err = d.checkpoint(m.name); err != nil {
			return nil, err
		}
		return fn(c, d, m, a)
	})
}

func (d *Domain) checkpoint(name string) (*moment[checkpoint], error) {
	if m := d.load().checkpoints.get(name); m != nil {
		return m, nil
	}
	return nil, d.host.errorf(vir.ErrNoDomainCheckpoint, "no domain checkpoint with matching name '%s'", name)
}

// checkpointRef is a checkpoint as replies name it, like snapshotRef.
func checkpointRef(dom *remoteproto.Domain, name string) remoteproto.DomainCheckpoint {
	return remoteproto.DomainCheckpoint{Name: name, Dom: *dom}
}

// checkpointRefs gives the checkpoints that pass the filters, as snapshotList
// does for snapshots.
func (d *Domain) checkpointRefs(dom *remoteproto.Domain, parent string, flags uint32, want int32) (refs []remoteproto.DomainCheckpoint, n int32) {
	r := d.load()
	f := vir.DomainCheckpointListFlags(flags)
	for _, m := range r.checkpoints.walk(parent, (f&vir.DomainCheckpointListDescendants != 0) == (parent != "")) {
		if !fitsTree(r.checkpoints, m, f&vir.DomainCheckpointListLeaves != 0, f&vir.DomainCheckpointListNoLeaves != 0) {
			continue
		}
		if n++; want != 0 {
			refs = append(refs, checkpointRef(dom, m.name))
		}
	}
	return refs, n
}

func domainCheckpointGetXMLDesc(_ *call, d *Domain, m *moment[checkpoint], a *remoteproto.DomainCheckpointGetXMLDescArgs) (*remoteproto.DomainCheckpointGetXMLDescRet, error) {
	flags := vir.DomainCheckpointXMLFlags(a.Flags)
	// The simulated bitmaps have no size, but only a guest can be asked.
	if flags&vir.DomainCheckpointXMLSize != 0 && !d.load().active() {
		return nil, errNotActive()
	}
	doc := wholeCheckpoint(m)
	if flags&vir.DomainCheckpointXMLNoDomain != 0 {
		doc.Domain = nil
	}
	format := domxml.FormatInactive
	if flags&vir.DomainCheckpointXMLSecure != 0 {
		format |= domxml.FormatSecure
	}
	text, err := domxml.FormatDomainCheckpoint(doc, format)
	return &remoteproto.DomainCheckpointGetXMLDescRet{XML: string(text)}, err
}

func domainCheckpointCreateXML(c *call, d *Domain, a *remoteproto.DomainCheckpointCreateXMLArgs) (*remoteproto.DomainCheckpointCreateXMLRet, error) {
	r := d.load()
	switch {
	case r.gone:
		return nil, c.host.errNoDomain()
	case r.snapshots.len() > 0:
		return nil, c.host.errorf(vir.ErrOperationUnsupported, "cannot create checkpoint while snapshot exists")
	case !r.active():
		return nil, c.host.errorf(vir.ErrOperationUnsupported, "cannot create checkpoint for inactive domain")
	}
	redefine := a.Flags&uint32(vir.DomainCheckpointCreateRedefine) != 0
	if err := domxml.ValidateDomainCheckpointSchema([]byte(a.XMLDesc), !redefine); err != nil {
		return nil, err
	}
	var m *moment[checkpoint]
	var err error
	if redefine {
		m, err = d.redefineCheckpoint([]byte(a.XMLDesc))
	} else {
		m, err = d.takeCheckpoint(c, r, []byte(a.XMLDesc))
	}
	if err != nil {
		return nil, err
	}
	checkpoints := r.checkpoints.with(m, !redefine || r.checkpoints.now() == nil)
	err = d.commit(c, func(r *record) []*event {
		r.checkpoints = checkpoints
		return nil
	})
	if err != nil {
		if !redefine {
			// What nobody can find again must not go on.
			_ = c.host.backend.(drivers.Checkpointer).DeleteBitmaps(c, r.live.tree(), r.guest, m.doc.doc)
		}
		return nil, err
	}
	return &remoteproto.DomainCheckpointCreateXMLRet{Checkpoint: checkpointRef(&a.Dom, m.name)}, nil
}

// takeCheckpoint begins to record changes, as a child of the current one.
func (d *Domain) takeCheckpoint(c *call, r *record, text []byte) (*moment[checkpoint], error) {
	doc, err := domxml.ParseDomainCheckpoint(text, domxml.New())
	if err != nil {
		return nil, err
	}
	doc.CreationTime = d.host.engine.cfg.Now().Unix()
	if doc.Name == "" {
		doc.Name = strconv.FormatInt(doc.CreationTime, 10)
	}
	tree := r.live.tree()
	if err := first(doc.AlignDisks(tree), r.checkpoints.checkNew(doc.Name), r.checkpoints.checkCount(remoteproto.DomainCheckpointListMax)); err != nil {
		return nil, err
	}
	if err := c.host.backend.(drivers.Checkpointer).StartBitmaps(c, tree, r.guest, doc); err != nil {
		return nil, err
	}
	m := &moment[checkpoint]{name: doc.Name, doc: checkpoint{doc: doc, config: r.live.ofStart()}}
	if now := r.checkpoints.now(); now != nil {
		m.parent = now.name
	}
	return m, nil
}

// redefineCheckpoint describes a checkpoint anew.
func (d *Domain) redefineCheckpoint(text []byte) (*moment[checkpoint], error) {
	doc, err := domxml.ParseDomainCheckpoint(text, domxml.Redefine())
	if err != nil {
		return nil, err
	}
	m := &moment[checkpoint]{name: doc.Name, parent: doc.Parent, doc: checkpoint{doc: doc}}
	ms := d.load().checkpoints
	if err := ms.checkParent(m.name, m.parent); err != nil {
		return nil, err
	}
	if ms.get(m.name) == nil {
		if err := ms.checkCount(remoteproto.DomainCheckpointListMax); err != nil {
			return nil, err
		}
	}
	if doc.Domain == nil {
		doc.NameBitmaps()
		return m, nil
	}
	tree := &doc.Domain.Domain
	if m.doc.config, err = d.host.keep(tree); err != nil {
		return nil, err
	}
	if tree.UUID != d.uuid {
		return nil, vir.Errorf(vir.FromDomainCheckpoint, vir.ErrInvalidArg, "definition for checkpoint %s must use uuid %s", m.name, d.uuid)
	}
	doc.Domain = nil
	return m, doc.AlignDisks(tree)
}

func domainCheckpointDelete(c *call, d *Domain, m *moment[checkpoint], a *remoteproto.DomainCheckpointDeleteArgs) (*proc.Void, error) {
	how := removalOf(a.Flags)
	r := d.load()
	if r.gone { // while we waited
		return nil, c.host.errNoDomain()
	}
	if a.Flags&uint32(vir.DomainCheckpointDeleteMetadataOnly) == 0 {
		tree := r.current().tree()
		for _, v := range r.checkpoints.victims(m, how) {
			if err := c.host.backend.(drivers.Checkpointer).DeleteBitmaps(c, tree, r.guest, v.doc.doc); err != nil {
				return nil, err
			}
		}
	}
	checkpoints := r.checkpoints.without(m, how)
	return nil, d.commit(c, func(r *record) []*event {
		r.checkpoints = checkpoints
		return nil
	})
}

// wholeCheckpoint is the document with its domain, if there is one, for the
// caller to keep.
func wholeCheckpoint(m *moment[checkpoint]) *domxml.DomainCheckpoint {
	doc := *m.doc.doc
	doc.Name, doc.Parent = m.name, m.parent
	if m.doc.config != nil {
		doc.Domain = &domxml.MomentDomain{Domain: *m.doc.config.tree()}
	}
	return &doc
}
