package domxml

import (
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// VCPU is the number of virtual CPUs.
type VCPU struct {
	Placement string `xml:"placement,attr,omitempty" vir:"enum=static|auto"`
	CPUSet    CPUSet `xml:"cpuset,attr,omitempty"`
	// Current is how many are online, where that is fewer.
	Current *uint `xml:"current,attr,omitempty"`
	Value   uint  `xml:",chardata" vir:"always"`
	// Set says that the document had the element.
	Set bool `xml:"-"`
}

func (v *VCPU) parseNode(d *decoder, n node) error {
	v.Set = true
	s := n.Text()
	number, base := digits(s, &scalarOptions{})
	count, err := strconv.ParseUint(number, base, 32)
	if err != nil {
		return errXML("maximum vcpus count must be an integer")
	}
	v.Value = uint(count)
	if err := d.attrs(n, v); err != nil {
		return err
	}
	if v.Placement == "auto" {
		v.CPUSet = nil
	}
	if v.Current != nil && *v.Current > v.Value {
		return errUnsupported("maximum vCPU count must not be less than current vCPU count")
	}
	if v.Current != nil && *v.Current == v.Value {
		v.Current = nil
	}
	return nil
}

// maxVCPUs keeps a document from asking for endless lists.
const maxVCPUs = 16384

func errTooManyVCPUs(n uint64) error {
	return vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, "maximum vCPU count %d is more than %d", n, maxVCPUs)
}

// VCPUState is one virtual CPU.
type VCPUState struct {
	ID           uint  `xml:"id,attr" vir:"required always"`
	Enabled      YesNo `xml:"enabled,attr" vir:"required"`
	Hotpluggable YesNo `xml:"hotpluggable,attr,omitempty"`
	Order        uint  `xml:"order,attr,omitempty" vir:"nonzero"`
}

// VcpusMax is how many virtual CPUs there can be.
func (d *Domain) VcpusMax() uint { return d.VCPU.Value }

// VcpusCurrent is how many virtual CPUs are online.
func (d *Domain) VcpusCurrent() uint {
	if d.VCPU.Current != nil {
		return *d.VCPU.Current
	}
	return d.VCPU.Value
}

// SetVcpusMax changes how many there can be; no more stay online.
func (d *Domain) SetVcpusMax(n uint) {
	current := min(d.VcpusCurrent(), n)
	d.VCPU.Value, d.VCPU.Set = n, true
	for i, v := range d.VCPUs {
		if v.ID >= n {
			d.VCPUs = d.VCPUs[:i]
			break
		}
	}
	d.SetVcpusCurrent(current)
}

// SetVcpusCurrent changes how many are online.
func (d *Domain) SetVcpusCurrent(n uint) {
	d.VCPU.Current = nil
	if n != d.VCPU.Value {
		d.VCPU.Current = &n
	}
	if len(d.VCPUs) > 0 {
		d.enableVCPUs(n)
	}
}

// enableVCPUs makes n of the listed ones online, the lowest first.
func (d *Domain) enableVCPUs(n uint) {
	online := uint(0)
	for i := range d.VCPUs {
		v := &d.VCPUs[i]
		want := No
		if online < n {
			want = Yes
		}
		if v.Enabled == Yes && want == No && v.Hotpluggable == No && uint(i) < n {
			want = Yes
		}
		if want == Yes {
			online++
		}
		if v.Enabled != want {
			v.Enabled, v.Hotpluggable, v.Order = want, Yes, 0
		}
	}
}

// OnlineVCPUs are the numbers of the virtual CPUs that are online.
func (d *Domain) OnlineVCPUs() (online []uint) {
	if len(d.VCPUs) == 0 {
		for n := uint(0); n < d.VcpusCurrent(); n++ {
			online = append(online, n)
		}
		return online
	}
	for _, v := range d.VCPUs {
		if v.Enabled == Yes {
			online = append(online, v.ID)
		}
	}
	return online
}
