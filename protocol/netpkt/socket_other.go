//go:build !unix

package netpkt

import (
	"os"
)

// rawReads: connections are read in the portable way here.
const rawReads = false

func (r *Reader) receiveFrom(uintptr) bool { return true }

func closeFD(int) {}

func hungUp(uintptr) bool { return false }

func (w *Writer) tryWrite(uintptr) bool { return true }

func (w *Writer) sendFD(*os.File) error { return ErrFDs }
