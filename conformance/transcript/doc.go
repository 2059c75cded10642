// Package transcript holds what a real libvirtd 11.3.0 answered to a long list of virsh calls, and judges the answers
// of another daemon against it.
//
// The list is one story: its entries are run in order, each by a virsh of its own, against one daemon whose world is
// kept alive by an idle connection. What an entry means therefore depends on the entries before it.
//
// Answers are compared byte for byte after the declared scrubbers (scrub.go): the regular expressions an entry itself
// declares, and the socket and the working directory of this run, which stand in other places than in the recording.
//
// An entry is equal, different or not yet. "Not yet" is no excuse for a wrong answer; the rule is:
//
//   - the daemon says so: while the entry ran it answered a call with the text "govirtd: not implemented yet: NAME",
//     which it sends only for a procedure without a handler, and the entry's output is not equal; or
//   - it follows from such an entry: the entry is not equal, and it looks at something of an object that the reference
//     changed in an earlier entry which is "not yet" here (taint.go says which command changes and reads what). The
//     number of that earlier entry is reported. A taint ends when both daemons do the same to that part of the object.
//
// An entry that is equal is equal, whatever came before it.
package transcript
