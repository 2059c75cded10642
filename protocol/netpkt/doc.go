// Package netpkt is the packet layer of libvirt's RPC: the header, the framing
// with its limits, file descriptors that travel beside a packet, and the error
// that a refused call or a broken stream carries.
//
// A packet is a length word, six words of header and a payload. Header and
// Frame know its shape and nothing of what is inside. Reader and Writer move
// packets over a connection for the server and the client alike: a Reader
// holds no buffer while its peer is silent, so a connection that idles costs
// little; a Writer queues, joins small packets into one write and needs no
// goroutine of its own as long as the peer keeps reading.
//
// Neither trusts its peer: a length is checked before anything is allocated
// for it, and what is allocated grows with what has arrived.
package netpkt
