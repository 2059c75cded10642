// Package vir holds the names and numbers of libvirt's public headers: error
// codes and domains, states and reasons, flags, event ids, typed-parameter
// names; and Error, the error that travels on the wire.
//
// A Go name is the C name without its prefix, in camel case: grep for
// VIR_DOMAIN_RUNNING finds DomainRunning. The constants are generated from
// the facts about release 11.3.0; what later releases added says so.
package vir

//go:generate go run ./internal/gen
