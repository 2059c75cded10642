// Package adminproto is the admin program, 0x06900690, by which the daemon
// itself is looked after. It has a socket of its own and shares no type with
// the remote program, not even where two look the same.
//
// Everything but this file is generated from protocol/x/admin.x; see
// remoteproto for what the names mean.
package adminproto

//go:generate go run github.com/govirtd/govirtd/xdrgen -package adminproto -out . -api virAdm -prefix admin_nonnull_,admin_,vir_ ../x/admin.x
