// Package qemuproto is the qemu program, 0x20008087: calls that only QEMU's
// driver answers, such as raw commands for its monitor. They travel on the
// same connection as the remote program and share its types.
//
// Everything but this file is generated from protocol/x/qemu.x; see
// remoteproto for what the names mean.
package qemuproto

//go:generate go run github.com/govirtd/govirtd/xdrgen -package qemuproto -out . -prefix qemu_,remote_nonnull_,remote_ -import remoteproto=github.com/govirtd/govirtd/protocol/remoteproto:../x/types.x ../x/qemu.x
