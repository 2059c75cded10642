package remote

import (
	"log/slog"
	"time"
)

// Options are the limits of a Server. A zero field has its default; what a
// negative one means is said there.
type Options struct {
	// Logger hears of connections (debug), of clients that break the
	// protocol (info), of failed handlers (error). Default: slog.Default().
	Logger *slog.Logger

	// MaxClients: above it no connection is accepted. Default 20000.
	MaxClients int
	// MaxRequests is how many calls of one client run at a time, those of
	// high priority, those that never wait, and slow ones not counted. Default 5.
	MaxRequests int
	// MaxStreams is how many streams one client may have open. Default 256.
	MaxStreams int
	// MaxEventBytes is how much may wait for a client that does not read its
	// events. Default 16 MiB.
	MaxEventBytes int

	// KeepAliveInterval is the silence after which a client is pinged, once it
	// has asked for that; KeepAliveCount how many pings may go unanswered.
	// Defaults 5 seconds and 5; a negative interval switches pings off, a
	// negative count allows none.
	KeepAliveInterval time.Duration
	KeepAliveCount    int
}

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	set(&o.MaxClients, 20000)
	set(&o.MaxRequests, 5)
	set(&o.MaxStreams, 256)
	set(&o.MaxEventBytes, 16<<20)
	set(&o.KeepAliveInterval, 5*time.Second)
	set(&o.KeepAliveCount, 5)
	o.KeepAliveCount = max(o.KeepAliveCount, 0)
	return o
}

func set[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Limits that nobody needs to adjust.
const (
	// maxWaiting is how many calls beyond MaxRequests are read and wait, and
	// maxWaitingBytes how large they may be together.
	maxWaiting      = 16
	maxWaitingBytes = 1 << 20
	// maxPriority is how many calls of high priority run at a time.
	maxPriority = 32
	// highWater is how many bytes may wait for a client before its next calls
	// are not read, lowWater when they are read again.
	highWater = 1 << 20
	lowWater  = 256 << 10
	// maxPieces and maxPieceBytes are what a stream keeps for a handler that
	// does not read.
	maxPieces     = 4
	maxPieceBytes = 1 << 20
)
