// Package parse reads .x files: XDR as RFC 4506 defines it and rpcgen accepts
// it, with positions and comments kept. It knows the grammar only; what names
// mean is decided by package check.
//
// The grammar has no nesting here: bodies of structs, unions and enums are
// only read at the top of a file, as in rpcgen, so neither scanner nor parser
// recurses and no input can exhaust the stack. The size of a file and the
// number of errors reported are bounded.
package parse
