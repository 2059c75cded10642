package engine

// tuning is what belongs to one life of a domain but stands in no document.
type tuning struct {
	// iothreads says that the guest knows its iothreads: it was started from a
	// node document, or they were added while it ran.
	iothreads bool
}

// iothreadStats gives the polling of the iothreads that the guest knows.
func iothreadStats(r *record, p params) params {
	return p
}
