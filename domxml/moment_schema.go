package domxml

import "github.com/govirtd/govirtd/protocol/vir"

// ValidateDomainSnapshotSchema refuses what the schema of snapshots does not
// have (VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE).
func ValidateDomainSnapshotSchema(doc []byte) error {
	return validateKind(doc, "domainsnapshot", vir.FromDomainSnapshot)
}

// ValidateDomainCheckpointSchema refuses what the schema of checkpoints does
// not have; the reference always asks. A new checkpoint has no domain.
func ValidateDomainCheckpointSchema(doc []byte, isNew bool) error {
	if err := validateKind(doc, "domaincheckpoint", vir.FromDomainCheckpoint); err != nil || !isNew {
		return err
	}
	return withTree(doc, vir.FromDomainCheckpoint, func(n node) error {
		if n.Child("domain").Valid() {
			return vir.Errorf(vir.FromXML, vir.ErrXMLInvalidSchema,
				"Unable to validate doc against /usr/share/libvirt/schemas/domaincheckpoint.rng\n%s\n",
				"Extra element domain in interleave\nElement domaincheckpoint failed to validate content")
		}
		return nil
	})
}
