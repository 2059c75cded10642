// Package conformance tests govirtd from outside, as its users meet it: stock clients talk to a running daemon, and what
// they print is compared with what they print when they talk to a libvirtd 11.3.0: recorded (testdata/transcripts)
// and, where the reference is installed, live in the same run.
//
// The tests know govirtd as a program and a socket. They import nothing of it but the protocol's codec, to read packets.
//
//	go test ./conformance                      everything that finds its tools
//	go test ./conformance -run Transcript -v   the counts per group
//	go test ./conformance -subject reference   the suite itself against the real libvirtd: everything must be equal
//	GOVIRTD_CI=1 go test ./conformance         a missing tool is a failure
package conformance
