package engine

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainMetadata(b *binder) {
	onDomain(b, remoteproto.DomainGetMetadata, domainGetMetadata).quick().args(checkGetMetadata)
	change(b, remoteproto.DomainSetMetadata, domainSetMetadata).args(checkSetMetadata)
}

const (
	affectLive   = uint32(vir.DomainAffectLive)
	affectConfig = uint32(vir.DomainAffectConfig)
)

// notBoth refuses VIR_DOMAIN_AFFECT_LIVE together with VIR_DOMAIN_AFFECT_CONFIG.
func notBoth(info *proc.Info, flags uint32) error {
	return exclusive(info, flags, affectLive, affectConfig, "VIR_DOMAIN_AFFECT_LIVE", "VIR_DOMAIN_AFFECT_CONFIG")
}

func checkGetMetadata(a *remoteproto.DomainGetMetadataArgs) error {
	p := remoteproto.DomainGetMetadata.Info
	if err := notBoth(p, a.Flags); err != nil {
		return err
	}
	switch vir.DomainMetadataType(a.Type) {
	case vir.DomainMetadataTitle, vir.DomainMetadataDescription:
		if a.URI != nil {
			return argError(p, "uri", "uri in %s must be NULL", p.API)
		}
	case vir.DomainMetadataElement:
		return notNull(p, "uri", a.URI != nil)
	}
	return nil
}

func checkSetMetadata(a *remoteproto.DomainSetMetadataArgs) error {
	p := remoteproto.DomainSetMetadata.Info
	switch vir.DomainMetadataType(a.Type) {
	case vir.DomainMetadataTitle:
		if a.Metadata != nil && strings.Contains(*a.Metadata, "\n") {
			return argError(p, "metadata", "metadata title can't contain newlines")
		}
		fallthrough
	case vir.DomainMetadataDescription:
		if a.URI != nil {
			return argError(p, "uri", "uri in %s must be NULL", p.API)
		}
		if a.Key != nil {
			return argError(p, "key", "key in %s must be NULL", p.API)
		}
	case vir.DomainMetadataElement:
		if err := notNull(p, "uri", a.URI != nil); err != nil {
			return err
		}
		if a.Metadata != nil {
			return notNull(p, "key", a.Key != nil)
		}
	}
	return nil
}

func errMetadataType(t int32) error {
	return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "unknown metadata type '%d'", t)
}

func domainGetMetadata(_ *call, d *Domain, a *remoteproto.DomainGetMetadataArgs) (*remoteproto.DomainGetMetadataRet, error) {
	if a.Type >= 3 {
		return nil, errMetadataType(a.Type)
	}
	def, err := oneDefinition(d.load(), a.Flags)
	if err != nil {
		return nil, err
	}
	t := def.tree()
	var text string
	switch vir.DomainMetadataType(a.Type) {
	case vir.DomainMetadataDescription:
		text = t.Description
	case vir.DomainMetadataTitle:
		text = t.Title
	case vir.DomainMetadataElement:
		text = t.Metadata.Element(*a.URI)
	}
	if text == "" {
		return nil, vir.Errorf(vir.FromDomain, vir.ErrNoDomainMetadata, "Requested metadata element is not present")
	}
	return &remoteproto.DomainGetMetadataRet{Metadata: text}, nil
}

func domainSetMetadata(c *call, d *Domain, a *remoteproto.DomainSetMetadataArgs) (*proc.Void, error) {
	err := d.edit(c, a.Flags, func(t *domxml.Domain, _ bool) error {
		switch vir.DomainMetadataType(a.Type) {
		case vir.DomainMetadataDescription:
			t.Description = str(a.Metadata)
		case vir.DomainMetadataTitle:
			t.Title = str(a.Metadata)
		case vir.DomainMetadataElement:
			if t.Metadata == nil {
				t.Metadata = &domxml.Metadata{}
			}
			if a.Metadata == nil {
				t.Metadata.Remove(*a.URI)
				return nil
			}
			return t.Metadata.Set(*a.URI, str(a.Key), *a.Metadata, vir.FromDomain)
		default:
			if a.Type >= 3 {
				return errMetadataType(a.Type)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.update(c.Call, func(r *record) []*event {
		return []*event{d.metadataEvent(r, a.Type, a.URI)}
	})
	return nil, nil
}
