package drivers

// Immediate is a backend whose guests are started, changed and ended without
// waiting for anything: no file, no process, no lock that is held for long.
// Calls about them need no goroutine of their own then. It says nothing of
// storage, images and consoles.
type Immediate interface{ Immediate() }
