package domxml

import "github.com/govirtd/govirtd/protocol/vir"

// StoragePoolCapabilities says which pools a host can have
// (virConnectGetStoragePoolCapabilities).
type StoragePoolCapabilities struct {
	Pools []StoragePoolCapability `xml:"pool" vir:"pair"`
}

// StoragePoolCapability is about pools of a type.
type StoragePoolCapability struct {
	Type      StoragePoolType     `xml:"type,attr"`
	Supported YesNo               `xml:"supported,attr"`
	Pool      *StorageFormatRange `xml:"poolOptions"`
	Volume    *StorageFormatRange `xml:"volOptions"`
}

// StorageFormatRange are the formats of pools or volumes.
type StorageFormatRange struct {
	Default *StorageFormat `xml:"defaultFormat"`
	Enums   []StorageEnum  `xml:"enum" vir:"pair"`
}

// StorageEnum is a list of values that something may have.
type StorageEnum struct {
	Name   string   `xml:"name,attr"`
	Values []string `xml:"value"`
}

// NewStoragePoolCapabilities describes a host that has pools of the types for
// which supported is true.
func NewStoragePoolCapabilities(supported func(StoragePoolType) bool) *StoragePoolCapabilities {
	c := &StoragePoolCapabilities{}
	for _, name := range StoragePoolType("").values() {
		t := StoragePoolType(name)
		r := storagePoolTypes[t]
		p := StoragePoolCapability{Type: t, Supported: No}
		if supported(t) {
			p.Supported = Yes
		}
		if r.formats != nil {
			p.Pool = formatRange("sourceFormatType", r.defaultFormat, r.formats)
		}
		if r.volumes != nil {
			p.Volume = formatRange("targetFormatType", r.defaultVolume, capabilityFormats(t, r.volumes))
		}
		c.Pools = append(c.Pools, p)
	}
	return c
}

// capabilityFormats are the formats of volumes as the reference lists them:
// with one for files that documents must not name, and none for Ceph.
func capabilityFormats(t StoragePoolType, formats []string) []string {
	switch {
	case t == StoragePoolRBD:
		return nil
	case formats[0] == storageFileFormats[0]:
		return append([]string{"none"}, formats...)
	}
	return formats
}

func formatRange(name, def string, formats []string) *StorageFormatRange {
	return &StorageFormatRange{Default: &StorageFormat{Type: def}, Enums: []StorageEnum{{Name: name, Values: formats}}}
}

// ParseStoragePoolCapabilities reads the capabilities of a host.
func ParseStoragePoolCapabilities(doc []byte, options ...Option) (*StoragePoolCapabilities, error) {
	return parse[StoragePoolCapabilities](doc, "storagepoolCapabilities", vir.FromStorage, options)
}

// FormatStoragePoolCapabilities writes the capabilities of a host.
func FormatStoragePoolCapabilities(c *StoragePoolCapabilities) ([]byte, error) {
	return appendDocument(nil, "storagepoolCapabilities", c, 0), nil
}

// StoragePoolSources is what a search for pools has found
// (virConnectFindStoragePoolSources).
type StoragePoolSources struct {
	Sources []StoragePoolSource `xml:"source" vir:"pair"`
}

// ParseStoragePoolSources reads what a search has found for pools of a type.
func ParseStoragePoolSources(doc []byte, t StoragePoolType) (*StoragePoolSources, error) {
	var d decoder
	out := &StoragePoolSources{}
	err := d.withTree(doc, vir.FromStorage, func(n node) error {
		if err := checkRoot(n, "sources"); err != nil {
			return err
		}
		for _, c := range childrenOf(n, "source") {
			var s StoragePoolSource
			if err := s.parse(&d, c, t); err != nil {
				return err
			}
			out.Sources = append(out.Sources, s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// FormatStoragePoolSources writes what a search has found.
func FormatStoragePoolSources(s *StoragePoolSources) ([]byte, error) {
	if len(s.Sources) == 0 {
		return []byte("<sources>\n</sources>\n"), nil
	}
	return appendDocument(nil, "sources", s, 0), nil
}

// ParseStoragePoolSource reads where to search for pools of a type.
func ParseStoragePoolSource(doc []byte, t StoragePoolType) (*StoragePoolSource, error) {
	var d decoder
	s := &StoragePoolSource{}
	err := d.withTree(doc, vir.FromStorage, func(n node) error {
		if err := checkRoot(n, "source"); err != nil {
			return err
		}
		if !KnownStoragePoolType(t) {
			return vir.Errorf(vir.FromStorage, vir.ErrInternalError, "missing backend for pool type -1")
		}
		return s.parse(&d, n, t)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}
