// Package bench measures a libvirt daemon over its unix socket: rates, latencies, the daemon's CPU time per operation and
// its memory; and two daemons in turn, since on one machine in one run only the ratio means something.
//
// It speaks packets with requests encoded beforehand, so that the generator is cheaper than any daemon. The floor shows by
// how much: a process (Replay) that answers every request with the reply which a daemon gave to it once, and does no work.
//
// A workload prepares its target (connections, domains), is run any number of times, and leaves the target as it was, but
// for what costs much to make and does not disturb: domains and idle connections stay until a daemon is started anew.
package bench
