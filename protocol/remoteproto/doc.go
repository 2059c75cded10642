// Package remoteproto is the remote program, 0x20008086: the procedures and
// messages by which every ordinary client talks to the daemon.
//
// Everything but this file is generated from protocol/x. For each procedure
// there is a typed value (DomainSuspend), its number (ProcDomainSuspend), the
// structs of its arguments and result where it has any (DomainSuspendArgs),
// and a line in Procedures. A procedure is named as the C function without
// vir, so a reader who greps one finds the other; a message of the server is
// named as its procedure and ends in Msg.
//
// Types that the protocol calls nonnull have the plain name (Domain); where
// the protocol lets one be absent there is a pointer to it.
package remoteproto

//go:generate go run github.com/govirtd/govirtd/xdrgen -package remoteproto -out . -prefix remote_nonnull_,remote_,vir_ ../x/types.x ../x/auth.x ../x/checkpoint.x ../x/connect.x ../x/domain.x ../x/domain_block.x ../x/domain_console.x ../x/domain_cpu.x ../x/domain_device.x ../x/domain_event.x ../x/domain_event_callback.x ../x/domain_guest.x ../x/domain_job.x ../x/domain_list.x ../x/domain_memory.x ../x/domain_migrate.x ../x/domain_save.x ../x/domain_security.x ../x/interface.x ../x/network.x ../x/networkport.x ../x/node.x ../x/nodedev.x ../x/nwfilter.x ../x/secret.x ../x/snapshot.x ../x/storage.x ../x/storagevol.x
