package domxml

import (
	"github.com/govirtd/govirtd/protocol/vir"
)

// The errors of documents: libvirt's code, the part of libvirt that raises
// them (its domain), and its words.

// errXML is a document that says something impossible: code 27 of the domain
// code.
func errXML(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrXMLError, format, args...)
}

// errUnsupported is a configuration that does not fit together: code 67.
func errUnsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, format, args...)
}

// errInternal is code 1, which many older checks have.
func errInternal(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrInternalError, format, args...)
}

// errDetail is code 35, which newer checks share with malformed documents.
func errDetail(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrXMLDetail, format, args...)
}

// errValue is a value that an attribute cannot have.
func errValue(attr, element, value, expected string) error {
	if expected != "" {
		expected = " Expected " + expected
	}
	return vir.Errorf(vir.FromXML, vir.ErrXMLError,
		"Invalid value for attribute '%s' in element '%s': '%s'.%s", attr, element, value, expected)
}

// errZero is a zero where libvirt wants none.
func errZero(attr, element string) error {
	return vir.Errorf(vir.FromXML, vir.ErrXMLError,
		"Invalid value for attribute '%s' in element '%s': Zero is not permitted", attr, element)
}

// errMissing is an attribute that must be there.
func errMissing(attr, element string) error {
	return vir.Errorf(vir.FromXML, vir.ErrXMLError, "Missing required attribute '%s' in element '%s'", attr, element)
}

// errPath is a bad value found by its path.
func errPath(path, value string) error {
	return vir.Errorf(vir.FromXML, vir.ErrXMLError, "Invalid value '%s' for element or attribute '%s'", value, path)
}

// errMissingPath is an absent value found by its path.
func errMissingPath(path string) error {
	return vir.Errorf(vir.FromXML, vir.ErrXMLError, "missing element or attribute '%s'", path)
}
