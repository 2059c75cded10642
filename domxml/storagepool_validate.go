package domxml

import (
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// errStorage is a document of a pool or volume that says something impossible:
// code 27 of the domain code 18.
func errStorage(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrXMLError, format, args...)
}

// errStorageConfig is a storage configuration that does not fit together:
// code 67.
func errStorageConfig(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrConfigUnsupported, format, args...)
}

// Validate refuses what does not fit together.
func (p *StoragePool) Validate() error {
	for _, check := range []func() error{p.checkName, p.checkFeatures, p.checkSource, p.checkTarget} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (p *StoragePool) checkName() error {
	if p.Name == "" {
		return errStorage("missing pool source name element")
	}
	if strings.Contains(p.Name, "/") {
		return errStorage("name %s cannot contain '/'", p.Name)
	}
	return nil
}

func (p *StoragePool) checkFeatures() error {
	if p.Features != nil && p.Features.COW != nil && p.Features.COW.State != "" && p.Type != StoragePoolFS && p.Type != StoragePoolDir {
		return vir.Errorf(vir.FromStorage, vir.ErrNoSupport, "cow feature may only be used for 'fs' and 'dir' pools")
	}
	return nil
}

func (p *StoragePool) checkSource() error {
	r, s := storagePoolTypes[p.Type], &p.Source
	if r.host && len(s.Hosts) == 0 {
		return errStorage("missing storage pool source host name")
	}
	if p.Type == StoragePoolISCSIDirect && (s.Initiator == nil || s.Initiator.IQN.Name == "") {
		return errStorageConfig("missing initiator IQN")
	}
	if r.needsDevice && len(s.Devices) == 0 {
		return errStorage("missing storage pool source device name")
	}
	if r.dir && (s.Dir == nil || s.Dir.Path == "") {
		return errStorage("missing storage pool source path")
	}
	if r.adapter {
		if s.Adapter == nil || s.Adapter.Type == "" {
			return errStorage("missing storage pool source adapter")
		}
		return s.Adapter.validate()
	}
	return nil
}

func (p *StoragePool) checkTarget() error {
	if storagePoolTypes[p.Type].target && (p.Target == nil || p.Target.Path == "") {
		return errStorage("missing storage pool target path")
	}
	return nil
}
