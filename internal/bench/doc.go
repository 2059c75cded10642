// Package bench measures a libvirt daemon over its unix socket: rates, latencies, the daemon's CPU time per operation and
// its memory. It speaks packets with requests encoded beforehand, so that the generator is cheaper than any daemon;
// EchoServer, which does no work, shows by how much.
//
// Workloads that need real storage or guests (volumes, QEMU) come with those.
package bench
