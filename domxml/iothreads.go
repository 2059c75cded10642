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

// IOThreadNumbers are the numbers of all threads, in the order of the document.
func (d *Domain) IOThreadNumbers() (ids []uint) {
	if len(d.IOThreadIDs) == 0 {
		for id := uint(1); id <= min(d.IOThreads, maxVCPUs); id++ {
			ids = append(ids, id)
		}
		return ids
	}
	for _, t := range d.IOThreadIDs {
		ids = append(ids, t.ID)
	}
	return ids
}

// listIOThreads names the threads one by one.
func (d *Domain) listIOThreads() {
	if len(d.IOThreadIDs) == 0 {
		for _, id := range d.IOThreadNumbers() {
			d.IOThreadIDs = append(d.IOThreadIDs, IOThread{ID: id})
		}
	}
}

// IOThread is the thread of that number, nil if there is none. It lists the
// threads of a document that only counts them.
func (d *Domain) IOThread(id uint) *IOThread {
	if !d.hasIOThread(id) {
		return nil
	}
	d.listIOThreads()
	return &d.IOThreadIDs[slices.IndexFunc(d.IOThreadIDs, func(t IOThread) bool { return t.ID == id })]
}

// AddIOThread adds a thread; it reports false if there is one of that number.
func (d *Domain) AddIOThread(id uint) bool {
	if d.hasIOThread(id) {
		return false
	}
	d.listIOThreads()
	d.IOThreadIDs = append(d.IOThreadIDs, IOThread{ID: id})
	d.IOThreads = uint(len(d.IOThreadIDs))
	return true
}

// RemoveIOThread takes a thread out, and its pin. Threads that a document only
// counts stay so when the last one goes.
func (d *Domain) RemoveIOThread(id uint) {
	if len(d.IOThreadIDs) > 0 || id != d.IOThreads {
		d.listIOThreads()
		d.IOThreadIDs = slices.DeleteFunc(d.IOThreadIDs, func(t IOThread) bool { return t.ID == id })
	}
	d.IOThreads--
	if c := d.CPUTune; c != nil {
		c.IOThreadPins = slices.DeleteFunc(c.IOThreadPins, func(p IOThreadPin) bool { return p.IOThread == id })
		c.IOThreadScheds = slices.DeleteFunc(c.IOThreadScheds, func(s IOThreadSched) bool { return s.IOThreads.Has(int(id)) })
	}
}

// IOThreadUser is what error texts call the device that a thread serves; empty
// if there is none.
func (d *Domain) IOThreadUser(id uint) string {
	for i := range d.Devices.Disks {
		if k := &d.Devices.Disks[i]; k.Driver != nil && k.Driver.IOThread == id {
			return "disk '" + k.Target.Dev + "'"
		}
	}
	return ""
}
