// Package qmp speaks to a QEMU process through its monitor: one command at a
// time, answers matched by id, events as they come.
package qmp
