// Package domxml reads and writes libvirt's documents as Go values: domains,
// networks, storage pools and volumes, snapshots and all other kinds.
//
// It needs no daemon and nothing but the standard library. The examples show
// how to build a domain, read a dump, change a disk and say what changed.
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
// Of documents of any kind, which their root element tells:
//
//	Canonical      libvirt's own text of it
//	CheckSchema    what libvirt's schema does not allow, with line and column
//	DiffDocuments  what changes from one to the other (Diff of two domains)
//
// A Domain may be changed freely; Clone makes a copy that shares nothing. Two
// goroutines may read one value, or format it, at the same time.
//
// Units (ParseSize, GiB), identifiers (ParseUUID, ParseMAC), addresses
// (ParseAddress, PCIAddress) and the names of disks (TargetBus, TargetAddress,
// FreeTarget) have functions of their own.
//
// Errors are *vir.Error with libvirt's code, domain and text. Unknown
// elements and attributes are dropped, as libvirt drops them.
//
// The package has its own reader and writer (plan.go, decode.go, encode.go),
// because encoding/xml formats differently; the types carry tags for both. A
// document costs a quarter of the time that encoding/xml takes, and a tenth of
// the allocations. Documents are bounded in size, depth and number of nodes,
// and nothing in them can make reading expensive.
package domxml
