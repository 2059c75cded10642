package engine

import (
	"context"
	"path/filepath"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainSave(b *binder) {
	needing[drivers.ImageStore](change(b, remoteproto.DomainSave, func(c *call, d *Domain, a *remoteproto.DomainSaveArgs) (*proc.Void, error) {
		return nil, d.save(c, a.To)
	}))
	needing[drivers.ImageStore](change(b, remoteproto.DomainSaveFlags, func(c *call, d *Domain, a *remoteproto.DomainSaveFlagsArgs) (*proc.Void, error) {
		return nil, d.save(c, a.To)
	}).args(func(a *remoteproto.DomainSaveFlagsArgs) error {
		return runningOrPaused(remoteproto.DomainSaveFlags.Info, a.Flags)
	}).driver(func(c *call, a *remoteproto.DomainSaveFlagsArgs) error {
		return c.host.keepDocument(a.Dxml)
	}))
	needing[drivers.ImageStore](onConn(b, remoteproto.DomainRestore, func(c *call, a *remoteproto.DomainRestoreArgs) (*proc.Void, error) {
		return nil, c.host.restore(c, a.From)
	}))
	needing[drivers.ImageStore](onConn(b, remoteproto.DomainRestoreFlags, func(c *call, a *remoteproto.DomainRestoreFlagsArgs) (*proc.Void, error) {
		return nil, c.host.restore(c, a.From)
	}).args(func(a *remoteproto.DomainRestoreFlagsArgs) error {
		return runningOrPaused(remoteproto.DomainRestoreFlags.Info, a.Flags)
	}).driver(func(c *call, a *remoteproto.DomainRestoreFlagsArgs) error {
		return c.host.keepDocument(a.Dxml)
	}))
	needing[drivers.ImageStore](onConn(b, remoteproto.DomainSaveImageGetXMLDesc, domainSaveImageGetXMLDesc))
	needing[drivers.ImageStore](onConn(b, remoteproto.DomainSaveImageDefineXML, domainSaveImageDefineXML).
		args(func(a *remoteproto.DomainSaveImageDefineXMLArgs) error {
			return runningOrPaused(remoteproto.DomainSaveImageDefineXML.Info, a.Flags)
		}))
}

// runningOrPaused refuses the two wishes together: a restored guest cannot be
// both.
func runningOrPaused(info *proc.Info, flags uint32) error {
	return exclusive(info, flags, uint32(vir.DomainSaveRunning), uint32(vir.DomainSavePaused),
		"VIR_DOMAIN_SAVE_RUNNING", "VIR_DOMAIN_SAVE_PAUSED")
}

// keepDocument refuses to save or restore with a document that is not the
// guest's own.
func (h *Host) keepDocument(dxml *string) error {
	if dxml != nil {
		return h.errorf(vir.ErrArgumentUnsupported, "xml modification unsupported")
	}
	return nil
}

// hostPath is a file name as a daemon understands it, whose folder is the
// root.
func hostPath(name string) string { return filepath.Join("/", name) }

// save writes the guest to a file and ends it.
func (d *Domain) save(c *call, to string) error {
	r, e, err := d.allowed(c, verbSave)
	if err != nil {
		return err
	}
	if err := c.host.backend.(drivers.ImageStore).SaveImage(c, r.guest, hostPath(to), r.name, []byte(r.live.text)); err != nil {
		return err
	}
	return d.end(c, r, e)
}

// end ends the guest that a verb has finished with.
func (d *Domain) end(c *call, r *record, e edge) error {
	// The caller's leaving must not keep the guest half ended.
	if err := r.guest.Destroy(context.WithoutCancel(c), false); err != nil {
		return err
	}
	if !d.stop(c.Call, r.id, e) {
		return errNotActive()
	}
	return nil
}

// restore starts a guest from a file, whether its domain is defined or not.
func (h *Host) restore(c *call, from string) error {
	tree, err := h.image(c, from)
	if err != nil {
		return err
	}
	_, err = h.bringUp(c, tree, verbRestore, hostPath(from))
	return err
}

// image reads the document in an image.
func (h *Host) image(c *call, file string) (*domxml.Domain, error) {
	doc, err := h.backend.(drivers.ImageStore).LoadImage(c, hostPath(file))
	if err != nil {
		return nil, err
	}
	return h.parse(doc, false)
}

func domainSaveImageGetXMLDesc(c *call, a *remoteproto.DomainSaveImageGetXMLDescArgs) (*remoteproto.DomainSaveImageGetXMLDescRet, error) {
	tree, err := c.host.image(c, a.File)
	if err != nil {
		return nil, err
	}
	form := domxml.FormatInactive
	if a.Flags&uint32(vir.DomainSaveImageXMLSecure) != 0 {
		form |= domxml.FormatSecure
	}
	text, err := domxml.FormatDomain(tree, form)
	return &remoteproto.DomainSaveImageGetXMLDescRet{XML: string(text)}, err
}

// domainSaveImageDefineXML puts another document into an image.
func domainSaveImageDefineXML(c *call, a *remoteproto.DomainSaveImageDefineXMLArgs) (*proc.Void, error) {
	if _, err := c.host.image(c, a.File); err != nil {
		return nil, err
	}
	tree, err := c.host.parse([]byte(a.Dxml), false)
	if err != nil {
		return nil, err
	}
	def, err := define(tree)
	if err != nil {
		return nil, err
	}
	return nil, c.host.backend.(drivers.ImageStore).EditImage(c, hostPath(a.File), tree.Name, []byte(def.text))
}
