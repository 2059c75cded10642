// Package argv turns the document of a guest into the command line of QEMU.
// Its functions are pure: the same document, emulator and options give the
// same words.
package argv
