// Package lxcproto is the lxc program, 0x00068000: the one call that only the
// container driver answers. It travels on the same connection as the remote
// program and shares its types.
//
// Everything but this file is generated from protocol/x/lxc.x; see
// remoteproto for what the names mean.
package lxcproto

//go:generate go run github.com/govirtd/govirtd/xdrgen -package lxcproto -out . -prefix lxc_,remote_nonnull_,remote_ -import remoteproto=github.com/govirtd/govirtd/protocol/remoteproto:../x/types.x ../x/lxc.x
