// Package domxml reads and writes libvirt's documents as Go values.
//
// The types mirror the documents: a struct per element, fields in the order of
// libvirt's own text, one file per family of elements, named as the schema
// names it. Numbers have the unit that libvirt keeps them in, which the text
// states; what is absent is the zero value, or nil where a zero means
// something else.
//
// A document passes through phases, and each is one call:
//
//	ParseDomain   the text as it is: nothing is added; values are put into
//	              canonical form; what libvirt refuses while reading is refused
//	Complete      what libvirt adds for everybody: vcpus, boot device,
//	              clock, implied controllers, addresses of drives
//	              (then a personality adds its own)
//	Validate      what does not fit together
//	FormatDomain  the text, byte for byte as libvirt writes it
//
// Errors are *vir.Error with libvirt's code, domain and text. Unknown
// elements and attributes are dropped, as libvirt drops them.
//
// The package has its own reader and writer (plan.go, decode.go, encode.go),
// because encoding/xml formats differently; the types carry tags for both.
package domxml
