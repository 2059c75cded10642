package domxml

import "slices"

// IOThread is one thread that serves disks.
type IOThread struct {
	ID            uint          `xml:"id,attr" vir:"required nonzero"`
	ThreadPoolMin *int          `xml:"thread_pool_min,attr,omitempty" vir:"nonneg"`
	ThreadPoolMax *int          `xml:"thread_pool_max,attr,omitempty" vir:"nonneg"`
	Poll          *IOThreadPoll `xml:"poll"`
}

// IOThreadPoll is how long a thread polls before it sleeps.
type IOThreadPoll struct {
	Max    *uint64 `xml:"max,attr,omitempty"`
	Grow   *uint64 `xml:"grow,attr,omitempty"`
	Shrink *uint64 `xml:"shrink,attr,omitempty"`
}

// DefaultIOThread sizes the pool of the emulator's own loop.
type DefaultIOThread struct {
	ThreadPoolMin *int `xml:"thread_pool_min,attr,omitempty" vir:"nonneg"`
	ThreadPoolMax *int `xml:"thread_pool_max,attr,omitempty" vir:"nonneg"`
}

// hasIOThread says whether there is a thread of that number.
func (d *Domain) hasIOThread(id uint) bool {
	if len(d.IOThreadIDs) == 0 {
		return id >= 1 && id <= d.IOThreads
	}
	return slices.ContainsFunc(d.IOThreadIDs, func(t IOThread) bool { return t.ID == id })
}

// completeIOThreads makes the ids as many as there are threads.
func (d *Domain) completeIOThreads() {
	d.IOThreads = max(d.IOThreads, uint(len(d.IOThreadIDs)))
	if len(d.IOThreadIDs) == 0 || d.IOThreads > maxVCPUs {
		return
	}
	used := map[uint]bool{}
	for _, t := range d.IOThreadIDs {
		used[t.ID] = true
	}
	for id := uint(1); uint(len(d.IOThreadIDs)) < d.IOThreads; id++ {
		if !used[id] {
			d.IOThreadIDs = append(d.IOThreadIDs, IOThread{ID: id})
		}
	}
}
