package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainInfo(b *binder) {
	onDomain(b, remoteproto.DomainGetInfo, domainGetInfo)
	onDomain(b, remoteproto.DomainGetState, domainGetState).quick()
	onConn(b, remoteproto.DomainGetOSType, domainGetOSType).quick()
	onDomain(b, remoteproto.DomainIsActive, domainIsActive).quick()
	onDomain(b, remoteproto.DomainIsPersistent, domainIsPersistent).quick()
	onConn(b, remoteproto.DomainIsUpdated, domainIsUpdated).quick()
	needing[drivers.SecurityModeler](onDomain(b, remoteproto.DomainGetSecurityLabel, domainGetSecurityLabel))
	onDomain(b, remoteproto.DomainGetMessages, domainGetMessages).quick()
}

func domainGetInfo(c *call, d *Domain, _ *remoteproto.DomainGetInfoArgs) (*remoteproto.DomainGetInfoRet, error) {
	r := d.load()
	def := r.current()
	out := &remoteproto.DomainGetInfoRet{
		State: uint8(r.state), MaxMem: def.maxMemory, Memory: def.memory, NrVirtCPU: uint16(def.vcpus),
	}
	if t, ok := c.host.backend.(drivers.CPUTimer); ok {
		var err error
		if out.CPUTime, err = t.CPUTime(c, nil, r.guest); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func domainGetState(_ *call, d *Domain, _ *remoteproto.DomainGetStateArgs) (*remoteproto.DomainGetStateRet, error) {
	r := d.load()
	return &remoteproto.DomainGetStateRet{State: int32(r.state), Reason: r.reason}, nil
}

// domainGetOSType does not look the domain up: the reference's answer is the
// same for a domain that is not there.
func domainGetOSType(c *call, a *remoteproto.DomainGetOSTypeArgs) (*remoteproto.DomainGetOSTypeRet, error) {
	if c.host.hasDriver(vir.FromDomain) {
		d, err := c.host.domain(&a.Dom)
		if err != nil {
			return nil, err
		}
		return &remoteproto.DomainGetOSTypeRet{Type: d.load().current().tree().OS.Type.Value}, nil
	}
	return &remoteproto.DomainGetOSTypeRet{Type: "linux"}, nil
}

func boolInt(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

func domainIsActive(_ *call, d *Domain, _ *remoteproto.DomainIsActiveArgs) (*remoteproto.DomainIsActiveRet, error) {
	return &remoteproto.DomainIsActiveRet{Active: boolInt(d.load().active())}, nil
}

func domainIsPersistent(_ *call, d *Domain, _ *remoteproto.DomainIsPersistentArgs) (*remoteproto.DomainIsPersistentRet, error) {
	return &remoteproto.DomainIsPersistentRet{Persistent: boolInt(d.load().persistent())}, nil
}

// domainIsUpdated never says yes, nor does it look the domain up.
func domainIsUpdated(c *call, a *remoteproto.DomainIsUpdatedArgs) (*remoteproto.DomainIsUpdatedRet, error) {
	return &remoteproto.DomainIsUpdatedRet{}, c.host.mayKnow(&a.Dom)
}

func domainGetSecurityLabel(c *call, d *Domain, _ *remoteproto.DomainGetSecurityLabelArgs) (*remoteproto.DomainGetSecurityLabelRet, error) {
	label, enforcing, err := c.host.backend.(drivers.SecurityModeler).SecurityLabel(c, nil, d.load().guest)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetSecurityLabelRet{Label: cString(label), Enforcing: boolInt(enforcing)}, nil
}

// domainGetMessages has nothing to complain about: taints and deprecations
// come with the devices that cause them.
func domainGetMessages(*call, *Domain, *remoteproto.DomainGetMessagesArgs) (*remoteproto.DomainGetMessagesRet, error) {
	return &remoteproto.DomainGetMessagesRet{}, nil
}
