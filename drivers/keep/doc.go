//go:build linux

// Package keep keeps definitions in files, in the places and the formats of
// the reference: either daemon finds what the other has acknowledged.
//
// A file is written beside its place, forced to the disk and renamed, and so
// is the folder it is in: after a crash or a loss of power there is the old
// text or the new one, and the new one once Keep has returned. What a crash
// leaves beside it (NAME.xml.new) is nothing to either daemon and goes with
// the next change of that object.
package keep
