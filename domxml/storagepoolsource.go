package domxml

import (
	"github.com/govirtd/govirtd/protocol/vir"
)

// StoragePoolSource is what a pool is made from. Which fields count depends
// on the type of the pool.
type StoragePoolSource struct {
	Hosts     []StorageHost     `xml:"host"`
	Devices   []StorageDevice   `xml:"device"`
	Dir       *StorageDir       `xml:"dir"`
	Adapter   *StorageAdapter   `xml:"adapter"`
	Name      string            `xml:"name,omitempty"`
	Initiator *StorageInitiator `xml:"initiator"`
	Format    *StorageFormat    `xml:"format"`
	Auth      *StorageAuth      `xml:"auth"`
	Protocol  *StorageProtocol  `xml:"protocol"`
	Vendor    *StorageMaker     `xml:"vendor"`
	Product   *StorageMaker     `xml:"product"`
}

// StorageHost is a server of a pool.
type StorageHost struct {
	Name string `xml:"name,attr" vir:"always"`
	Port int    `xml:"port,attr,omitempty"`
}

// StorageDevice is a device of the host, or a target of a server.
type StorageDevice struct {
	Path          string `xml:"path,attr" vir:"always"`
	PartSeparator YesNo  `xml:"part_separator,attr,omitempty"`
	// FreeExtents are the gaps that a daemon has found on a disk.
	FreeExtents []StorageExtent `xml:"freeExtent" vir:"live"`
}

// StorageExtent is a part of a device, in bytes.
type StorageExtent struct {
	Start uint64 `xml:"start,attr" vir:"always"`
	End   uint64 `xml:"end,attr" vir:"always"`
}

// StorageDir is a directory on a server.
type StorageDir struct {
	Path string `xml:"path,attr" vir:"always"`
}

// StorageInitiator is who asks an iSCSI server.
type StorageInitiator struct {
	IQN StorageIQN `xml:"iqn"`
}

// StorageIQN is an iSCSI name.
type StorageIQN struct {
	Name string `xml:"name,attr"`
}

// StorageFormat is the format of a pool or of a volume.
type StorageFormat struct {
	Type string `xml:"type,attr"`
}

// StorageAuth is who logs in to a server, with chap (iSCSI) or ceph (RBD).
type StorageAuth struct {
	Type     string         `xml:"type,attr"`
	Username string         `xml:"username,attr"`
	Secret   *StorageSecret `xml:"secret"`
}

// StorageSecret names a password by its identifier or else by its usage.
type StorageSecret struct {
	Type  string `xml:"type,attr,omitempty"`
	UUID  *UUID  `xml:"uuid,attr,omitempty"`
	Usage string `xml:"usage,attr,omitempty"`
}

func (s *StorageSecret) formatElement(e *encoder, name string) {
	e.indent()
	e.b = append(append(e.b, '<'), name...)
	if s.Type != "" {
		e.attr("type", s.Type)
	}
	if s.UUID != nil {
		e.attr("uuid", s.UUID.String())
	} else {
		e.attr("usage", s.Usage)
	}
	e.b = append(e.b, "/>\n"...)
}

func (s *StorageSecret) parseNode(_ *decoder, n node) (err error) {
	s.Type, _ = n.Attr("type")
	s.UUID, s.Usage, err = parseSecretLookup(n)
	return err
}

// parseSecretLookup reads which secret an element means.
func parseSecretLookup(n node) (*UUID, string, error) {
	bad := func(format string, args ...any) error {
		return vir.Errorf(vir.FromNone, vir.ErrXMLError, format, args...)
	}
	text, byUUID := n.Attr("uuid")
	usage, byUsage := n.Attr("usage")
	switch {
	case !byUUID && !byUsage:
		return nil, "", bad("missing secret uuid or usage attribute")
	case byUUID && byUsage:
		return nil, "", bad("either secret uuid or usage expected")
	case byUsage:
		return nil, usage, nil
	}
	u, ok := ParseUUID(text)
	if !ok {
		return nil, "", bad("invalid secret uuid '%s'", text)
	}
	return &u, "", nil
}

// StorageProtocol is the version of NFS.
type StorageProtocol struct {
	Version string `xml:"ver,attr"`
}

// StorageMaker is a vendor or a product.
type StorageMaker struct {
	Name string `xml:"name,attr"`
}
