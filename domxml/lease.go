package domxml

import "github.com/govirtd/govirtd/protocol/vir"

// Lease is a lock that a guest holds while it runs.
type Lease struct {
	Lockspace string      `xml:"lockspace,omitempty"`
	Key       string      `xml:"key,omitempty"`
	Target    LeaseTarget `xml:"target"`
}

// LeaseTarget is the file of the lock.
type LeaseTarget struct {
	Path   string  `xml:"path,attr,omitempty"`
	Offset *uint64 `xml:"offset,attr,omitempty"`
}

// parsed wants all three parts. For two of them the reference has no words.
func (l *Lease) parsed(*decoder, node) error {
	if l.Key == "" {
		return errXML("Missing 'key' element for lease")
	}
	if l.Target.Path == "" {
		return errXML("Missing 'target' element for lease")
	}
	if l.Lockspace == "" {
		return vir.ErrorWithoutCause()
	}
	return nil
}
