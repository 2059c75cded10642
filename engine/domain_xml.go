package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainXML(b *binder) {
	onDomain(b, remoteproto.DomainGetXMLDesc, domainGetXMLDesc).quick()
}

// domainGetXMLDesc gives the document of the guest, or of the next start with
// VIR_DOMAIN_XML_INACTIVE.
func domainGetXMLDesc(_ *call, d *Domain, a *remoteproto.DomainGetXMLDescArgs) (*remoteproto.DomainGetXMLDescRet, error) {
	r := d.load()
	flags := vir.DomainXMLFlags(a.Flags)
	var form domxml.FormatFlags
	if flags&vir.DomainXMLSecure != 0 {
		form |= domxml.FormatSecure
	}
	def := r.current()
	if flags&vir.DomainXMLInactive != 0 {
		form |= domxml.FormatInactive
		if r.config != nil {
			def = r.config
		}
	}
	if flags&vir.DomainXMLMigratable != 0 {
		if p, ok := d.host.personality.(drivers.MigrationTrimmer); ok {
			tree := def.ofStart().tree()
			if g, ok := r.guest.(drivers.CPUResolver); ok && flags&vir.DomainXMLInactive == 0 && g.OriginalCPU() != nil {
				cpu := *g.OriginalCPU()
				tree.CPU = &cpu
			}
			p.TrimForMigration(tree)
			text, err := domxml.FormatDomain(tree, domxml.FormatMigratable)
			if err != nil {
				return nil, err
			}
			return &remoteproto.DomainGetXMLDescRet{XML: string(text)}, nil
		}
	}
	text, err := def.render(r.id, form)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetXMLDescRet{XML: text}, nil
}
