package domxml

import (
	"cmp"
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// CPUTune says where and how much virtual CPUs and threads may run. Periods
// and quotas are microseconds; a quota of -1 is none.
type CPUTune struct {
	Shares         *uint64 `xml:"shares,omitempty" bad:"can't parse cputune shares value"`
	Period         uint64  `xml:"period,omitempty" bad:"can't parse cputune period value"`
	Quota          int64   `xml:"quota,omitempty" bad:"can't parse cputune quota value"`
	GlobalPeriod   uint64  `xml:"global_period,omitempty" bad:"can't parse cputune global_period value"`
	GlobalQuota    int64   `xml:"global_quota,omitempty" bad:"can't parse cputune global_quota value"`
	EmulatorPeriod uint64  `xml:"emulator_period,omitempty" bad:"can't parse cputune emulator_period value"`
	EmulatorQuota  int64   `xml:"emulator_quota,omitempty" bad:"can't parse cputune emulator_quota value"`
	IOThreadPeriod uint64  `xml:"iothread_period,omitempty" bad:"can't parse cputune iothread_period value"`
	IOThreadQuota  int64   `xml:"iothread_quota,omitempty" bad:"can't parse cputune iothread_quota value"`

	VCPUPins       []VCPUPin       `xml:"vcpupin"`
	EmulatorPin    *EmulatorPin    `xml:"emulatorpin"`
	IOThreadPins   []IOThreadPin   `xml:"iothreadpin"`
	EmulatorSched  *EmulatorSched  `xml:"emulatorsched"`
	VCPUScheds     []VCPUSched     `xml:"vcpusched"`
	IOThreadScheds []IOThreadSched `xml:"iothreadsched"`
	CacheTunes     []CacheTune     `xml:"cachetune"`
	MemoryTunes    []MemoryTune    `xml:"memorytune"`
}

// VCPUPin ties a virtual CPU to CPUs of the host.
type VCPUPin struct {
	VCPU   uint   `xml:"vcpu,attr" vir:"required always"`
	CPUSet CPUSet `xml:"cpuset,attr"`
}

// EmulatorPin ties the emulator to CPUs of the host.
type EmulatorPin struct {
	CPUSet CPUSet `xml:"cpuset,attr"`
}

// IOThreadPin ties an I/O thread to CPUs of the host.
type IOThreadPin struct {
	IOThread uint   `xml:"iothread,attr" vir:"required nonzero"`
	CPUSet   CPUSet `xml:"cpuset,attr"`
}

// Sched is a scheduler and, for fifo and rr, a priority in it.
type Sched struct {
	Scheduler string `xml:"scheduler,attr" vir:"required enum=batch|idle|fifo|rr"`
	Priority  *int   `xml:"priority,attr,omitempty"`
}

// EmulatorSched schedules the emulator.
type EmulatorSched struct{ Sched }

// VCPUSched schedules virtual CPUs.
type VCPUSched struct {
	VCPUs CPUSet `xml:"vcpus,attr"`
	Sched
}

// IOThreadSched schedules I/O threads.
type IOThreadSched struct {
	IOThreads CPUSet `xml:"iothreads,attr"`
	Sched
}

func errMissingCPUSet(element string) error { return errInternal("missing cpuset for %s", element) }

// parseNode takes an empty set from what is stored only: a running guest can
// be given one.
func (p *VCPUPin) parseNode(d *decoder, n node) error {
	if d.stored && attrOf(n, "cpuset") == "" {
		var pin struct {
			VCPU uint `xml:"vcpu,attr" vir:"required"`
		}
		err := d.plain(n, &pin)
		p.VCPU, p.CPUSet = pin.VCPU, CPUSet{}
		return err
	}
	if err := d.plain(n, p); err != nil {
		return err
	}
	if p.CPUSet == nil {
		return errMissingCPUSet("vcpupin")
	}
	return checkCPUSet(p.CPUSet, n)
}

func (p *EmulatorPin) parsed(_ *decoder, n node) error {
	if p.CPUSet == nil {
		return errMissingCPUSet("emulatorpin")
	}
	return checkCPUSet(p.CPUSet, n)
}

func (p *IOThreadPin) parsed(_ *decoder, n node) error {
	if p.CPUSet == nil {
		return errMissingCPUSet("iothreadpin")
	}
	return checkCPUSet(p.CPUSet, n)
}

func checkCPUSet(c CPUSet, n node) error {
	if c.Len() == 0 {
		return errUnsupported("Invalid value of 'cpuset': %s", attrOf(n, "cpuset"))
	}
	return nil
}

// check drops the priority of schedulers that have none.
func (s *Sched) check(n node) error {
	switch {
	case s.Scheduler == "batch" || s.Scheduler == "idle":
		s.Priority = nil
	case s.Priority == nil:
		return errMissing("priority", n.Name())
	}
	return nil
}

func (s *EmulatorSched) parsed(_ *decoder, n node) error { return s.check(n) }

func (s *VCPUSched) parsed(_ *decoder, n node) error {
	if err := checkSchedSet(s.VCPUs, "vcpus", n); err != nil {
		return err
	}
	return s.check(n)
}

func (s *IOThreadSched) parsed(_ *decoder, n node) error {
	if err := checkSchedSet(s.IOThreads, "iothreads", n); err != nil {
		return err
	}
	return s.check(n)
}

func checkSchedSet(c CPUSet, attr string, n node) error {
	if c == nil {
		return errXML("Missing attribute '%s' in element '%s'", attr, n.Name())
	}
	if c.Len() == 0 {
		return errXML("'%s' attribute '%s' is empty", n.Name(), attr)
	}
	return nil
}

// parsed sorts the pins and refuses a second one for the same CPU.
func (c *CPUTune) parsed(*decoder, node) error {
	slices.SortStableFunc(c.VCPUPins, func(a, b VCPUPin) int { return cmp.Compare(a.VCPU, b.VCPU) })
	for i := 1; i < len(c.VCPUPins); i++ {
		if v := c.VCPUPins[i].VCPU; v == c.VCPUPins[i-1].VCPU {
			return errInternal("duplicate vcpupin for vcpu '%d'", v)
		}
	}
	slices.SortStableFunc(c.IOThreadPins, func(a, b IOThreadPin) int { return cmp.Compare(a.IOThread, b.IOThread) })
	for i := 1; i < len(c.IOThreadPins); i++ {
		if v := c.IOThreadPins[i].IOThread; v == c.IOThreadPins[i-1].IOThread {
			return errInternal("duplicate iothreadpin for iothread '%d'", v)
		}
	}
	return c.splitScheds()
}

// splitScheds makes one entry for each virtual CPU and I/O thread.
func (c *CPUTune) splitScheds() error {
	var err error
	c.VCPUScheds, err = splitScheds(c.VCPUScheds, func(s *VCPUSched) *CPUSet { return &s.VCPUs },
		errDetail("'vcpusched' attributes 'vcpus' must not overlap"))
	if err != nil {
		return err
	}
	c.IOThreadScheds, err = splitScheds(c.IOThreadScheds, func(s *IOThreadSched) *CPUSet { return &s.IOThreads },
		errDetail("'iothreadsched' attributes 'iothreads' must not overlap"))
	return err
}

func splitScheds[T any](list []T, set func(*T) *CPUSet, overlap error) ([]T, error) {
	var out []T
	var seen CPUSet
	for i := range list {
		members := *set(&list[i])
		if members.Overlaps(seen) {
			return nil, overlap
		}
		for n := 0; n <= members.Max(); n++ {
			if !members.Has(n) {
				continue
			}
			seen.Add(n)
			one := list[i]
			*set(&one) = nil
			set(&one).Add(n)
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b T) int { return cmp.Compare(set(&a).Max(), set(&b).Max()) })
	return out, nil
}

// fit drops what is about virtual CPUs that there are not, or refuses it.
func (c *CPUTune) fit(d *Domain) error {
	n := d.VCPU.Value
	c.VCPUPins = slices.DeleteFunc(c.VCPUPins, func(p VCPUPin) bool { return p.VCPU >= n })
	for _, s := range c.VCPUScheds {
		if v := s.VCPUs.Max(); v >= int(n) {
			return errUnsupported("vCPU '%d' is not present in domain definition", v)
		}
	}
	for _, p := range c.IOThreadPins {
		if !d.hasIOThread(p.IOThread) {
			return errUnsupported("Cannot find 'iothread' : %d", p.IOThread)
		}
	}
	for _, s := range c.IOThreadScheds {
		if id := s.IOThreads.Max(); !d.hasIOThread(uint(id)) {
			return errUnsupported("Cannot find 'iothread' : %d", id)
		}
	}
	for i := range c.CacheTunes {
		c.CacheTunes[i].VCPUs = c.CacheTunes[i].VCPUs.below(int(n))
	}
	c.CacheTunes = slices.DeleteFunc(c.CacheTunes, func(t CacheTune) bool {
		return t.VCPUs.Len() == 0 || len(t.Caches)+len(t.Monitors) == 0
	})
	for i := range c.MemoryTunes {
		c.MemoryTunes[i].VCPUs = c.MemoryTunes[i].VCPUs.below(int(n))
	}
	c.MemoryTunes = slices.DeleteFunc(c.MemoryTunes, func(t MemoryTune) bool {
		return t.VCPUs.Len() == 0 || len(t.Nodes)+len(t.Monitors) == 0
	})
	return nil
}

// checkRanges checks the periods and quotas.
func (c *CPUTune) checkRanges() error {
	for _, p := range []struct {
		name  string
		value uint64
	}{
		{"period", c.Period}, {"global_period", c.GlobalPeriod},
		{"emulator_period", c.EmulatorPeriod}, {"iothread_period", c.IOThreadPeriod},
	} {
		if p.value > 0 && (p.value < 1000 || p.value > 1000000) {
			return errUnsupported("Value of cputune '%s' must be in range [%d, %d]", p.name, 1000, 1000000)
		}
	}
	for _, q := range []struct {
		name  string
		value int64
	}{
		{"quota", c.Quota}, {"global_quota", c.GlobalQuota},
		{"emulator_quota", c.EmulatorQuota}, {"iothread_quota", c.IOThreadQuota},
	} {
		if q.value > 0 && (q.value < 1000 || q.value > 17592186044415) {
			return errUnsupported("Value of cputune '%s' must be in range [%d, %d]", q.name, 1000, int64(17592186044415))
		}
	}
	return nil
}

// errResctrl is code 27 of the part that shares caches out.
func errResctrl(format string, args ...any) error {
	return vir.Errorf(vir.FromResctrl, vir.ErrXMLError, format, args...)
}
