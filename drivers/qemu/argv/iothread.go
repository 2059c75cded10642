package argv

// iothreads are the threads that serve disks, and the emulator's own loop where
// something is said of its size.
func (b *builder) iothreads() error {
	d := b.d
	listed := d.IOThreadIDs
	if len(listed) == 0 {
		for _, id := range d.IOThreadNumbers() {
			b.object(props("qom-type", "iothread", "id", "iothread"+itoa(id)))
		}
	}
	for _, t := range listed {
		p := props("qom-type", "iothread", "id", "iothread"+itoa(t.ID))
		p.put("thread-pool-min", t.ThreadPoolMin).put("thread-pool-max", t.ThreadPoolMax)
		if t.Poll != nil {
			p.put("poll-max-ns", t.Poll.Max).put("poll-grow", t.Poll.Grow).put("poll-shrink", t.Poll.Shrink)
		}
		b.object(p)
	}
	if t := d.DefaultIOThread; t != nil && (t.ThreadPoolMin != nil || t.ThreadPoolMax != nil) {
		b.object(props("qom-type", "main-loop", "id", "main-loop").
			put("thread-pool-min", t.ThreadPoolMin).put("thread-pool-max", t.ThreadPoolMax))
	}
	return nil
}
