// Package protocol is the root of everything that knows the wire and nothing
// of what happens behind it.
//
//	x              our .x sources, one file per object: the protocol itself
//	remoteproto    generated from them: procedures and messages of a program;
//	               also qemuproto, lxcproto, adminproto, keepaliveproto
//	netpkt         packets: header, framing, errors
//	proc           what all procedures have in common, and the table of handlers
//	xdr            run time of the generated codecs
//	vir            error codes, states, flags, parameter names
//
// The package itself holds no code, only the tests that judge the others
// together: the facts about the reference's protocol, rpcgen's C codec, a
// reflective XDR library, and recorded packets.
package protocol
