// Package xmltree reads a document into a compact tree.
//
// It is the reader below domxml and accepts what libvirt's accepts: XML 1.0
// with namespaces in UTF-8. Of entities it knows the five predefined ones,
// character references, and those that a document type declares as plain text;
// all others are an error, so that nothing can expand far. A text that is not well-formed is
// refused with the words, the line and the column that clients of libvirt see.
//
// Every document is bounded: in bytes, in depth, in the number of nodes. The
// tree lives in two slices whose strings are parts of the document, so that
// reading allocates little and nothing per element.
package xmltree

// Bounds of a document. MaxDepth and MaxName are those of the reference's
// parser; MaxSize is above the longest string that the protocol carries.
const (
	MaxSize  = 16 << 20
	MaxDepth = 256
	MaxNodes = 1 << 19
	MaxName  = 50000
)
