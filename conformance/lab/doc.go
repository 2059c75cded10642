// Package lab starts what the conformance tests work with: govirtd, the reference daemons and the stock clients, each
// daemon with sockets and a working directory of its own, and everything ended when the test ends.
//
// A tool that is missing skips the test, by name; with GOVIRTD_CI=1 it fails the test, so that a run that is meant to
// be complete cannot pass by having tested nothing.
//
// Environment: GOVIRTD_BIN names a govirtd to test instead of building one; GOVIRTD_ORACLE the folder with the chroot
// of the reference (default /var/cache/govirtd, see conformance/oracle).
package lab
