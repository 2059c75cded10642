// Package engine is libvirt's semantics, written once for all personalities
// and backends: what objects there are, what a verb does in which state, who
// hears of it, and in which order a call is refused.
//
// A procedure's code is found in two steps: bind.go's callers (one file per
// group of procedures, named as the protocol names them) say which function
// serves it, and that function stands below. The prologue that all of them
// share is in bind.go: connection open, read-only, arguments, capability,
// flags, look-up; clients can see that order, so it is the reference's.
//
// # Reading and writing
//
// Everything about a domain is in one immutable record behind an atomic
// pointer. Reads take the record as it is and never wait. Writers take the
// domain's job (job.go), ask the backend, then swap the record and publish
// the events in one short critical section (Domain.update), so that nobody
// sees an event before its state. No lock is held while a backend works, only
// the job is.
//
// # Locks
//
// In this order: a domain's job; the index of domains (store.mu); a domain's
// record (Domain.mu); the event bus (bus.mu); a connection's own (Conn.mu).
//
// The engine knows sessions, not sockets, and imports neither the transport
// nor a driver: they meet in the procedure table and in package daemon.
package engine
