package drivers

// JobReporter is a Backend of whose guests it is known what long work (saving,
// dumping, migrating) goes on with them.
type JobReporter interface {
	// ReportsJobs says so; the engine does the work, and knows of it.
	ReportsJobs()
}
