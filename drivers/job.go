package drivers

// OnceStarter is a Backend whose domains can be marked to be started with the
// host the next time only (virDomainSetAutostartOnce).
type OnceStarter interface {
	// StartsOnce says so; the engine starts them, the Keeper keeps the marks.
	StartsOnce()
}

// JobReporter is a Backend of whose guests it is known what long work (saving,
// dumping, migrating) goes on with them.
type JobReporter interface {
	// ReportsJobs says so; the engine does the work, and knows of it.
	ReportsJobs()
}
