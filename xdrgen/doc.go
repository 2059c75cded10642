// Command xdrgen turns .x files into Go: types with their encoders and
// decoders, and a typed value for every procedure of an RPC program.
//
// # Source
//
// The language is XDR as rpcgen reads it: const, enum, struct, union and
// typedef with all the types of RFC 4506 but quadruple; bodies stand on their
// own, not inside one another. The files of one run share one name space.
//
// A program is declared by constants and by enums whose name ends in
// "procedure"; there may be one in every file:
//
//	const REMOTE_PROGRAM = 0x20008086;
//	const REMOTE_PROTOCOL_VERSION = 1;
//	enum remote_procedure { REMOTE_PROC_DOMAIN_SUSPEND = 34 };
//
// The types of a procedure are found by name: remote_domain_suspend_args and
// remote_domain_suspend_ret, void where there is none. A procedure that has
// remote_..._msg instead is an event.
//
// "%import name" makes the types and constants of another package visible;
// the flag -import says where it is. Other lines that begin with % are left
// to rpcgen.
//
// # Annotations
//
// The comment directly above a procedure documents it. Lines at its end that
// begin with @ say what the types do not:
//
//	@generate: both|client|server|none  what the reference generates; kept for comparison only
//	@priority: high|low                 high never waits for a hypervisor; low when absent
//	@readstream: N, @writestream: N     the call opens a stream, argument N of the C function
//	@sparseflag: CONSTANT               the flag that makes the stream sparse
//	@acl: object:permission[:flags]     an access rule; repeatable; none for none
//	@acl: object:permission::arg:value  one that depends on an argument
//	@aclfilter: object:permission       what lists are filtered by; repeatable
//	@readonly: deny                     a read-only connection may not call it
//	@readonly: deny if arg & (A | B)    or not with these flags
//	@readonly: deny if arg == A         or not with this value
//	@since: 1.2.3                       the release in which it appeared
//	@api: virDomainSuspend              the C function, where the rule below fails; none for none
//	@event                              an event without a message
//	@args:, @ret:, @msg: type           types that are not found by name
//
// # Names
//
// Go names lose the prefixes given with -prefix and are camel case, with
// initialisms as the C functions write them. A procedure is named as its C
// function without "vir" (or what -api says): the rule turns
// domain_get_xml_desc into DomainGetXMLDesc and virDomainGetXMLDesc. With
// @api the function names the procedure, unless it has several. Argument,
// result and message types follow the name of their procedure.
//
// # Types
//
// Typedefs of strings, optional data and single values make no Go type;
// those of arrays do. Optional data is a pointer, an array of char a slice or
// array of bytes. A union is a struct with the discriminant and a field per
// arm. Arguments that begin with a struct T have a method TRef, those with
// unsigned flags have FlagBits, for code that serves many procedures.
package main
