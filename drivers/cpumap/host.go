package cpumap

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// Registers read the processor: the four of a CPUID leaf, or the low and the
// high half of a model specific register as a and d. What is not there is 0.
type Registers func(msr bool, leaf, sub uint32) (a, b, c, d uint32)

// signature tells processors apart; stepping is a list like 0-3,7, or empty
// for all.
type signature struct {
	family, model uint
	stepping      string
}

func (s *signature) fits(c *domxml.CPUSignature) bool {
	if c == nil || s.family != c.Family || s.model != c.Model {
		return false
	}
	if s.stepping == "" {
		return true
	}
	for part := range strings.SplitSeq(s.stepping, ",") {
		first, last, ranged := strings.Cut(part, "-")
		from, err1 := strconv.ParseUint(first, 10, 8)
		to, err2 := from, error(nil)
		if ranged {
			to, err2 = strconv.ParseUint(last, 10, 8)
		}
		if err1 == nil && err2 == nil && from <= uint64(c.Stepping) && uint64(c.Stepping) <= to {
			return true
		}
	}
	return false
}

func (m *x86Model) fits(c *domxml.CPUSignature) bool {
	for i := range m.signatures {
		if m.signatures[i].fits(c) {
			return true
		}
	}
	return false
}

// HostCPU says which model the processor is and what it can do besides: arch,
// model, vendor, signature and features. For processors other than x86 there
// is the architecture only.
func (m *Map) HostCPU(arch string, read Registers) *domxml.HostCPU {
	out := &domxml.HostCPU{Arch: arch}
	if families[arch] != "x86" {
		return out
	}
	_, b, c, d := read(false, 0, 0)
	name := binary.LittleEndian.AppendUint32(nil, b)
	name = binary.LittleEndian.AppendUint32(name, d)
	name = binary.LittleEndian.AppendUint32(name, c)
	out.Vendor = m.x86.strings[string(name)]
	a, _, _, _ := read(false, 1, 0)
	out.Signature = signatureOf(a)
	m.x86.decodeHost(out, m.x86.collect(read))
	return out
}

// collect reads every register that the map knows.
func (m *x86Map) collect(read Registers) x86Data {
	data := make(x86Data, len(m.places))
	for p, at := range m.places {
		a, b, c, d := read(p.msr, p.leaf, p.sub)
		switch p.register {
		case 'a':
			data[at] = a
		case 'b':
			data[at] = b
		case 'c':
			data[at] = c
		case 'd':
			data[at] = d
		}
	}
	return data
}

// signatureOf takes the number of a processor apart.
func signatureOf(a uint32) *domxml.CPUSignature {
	s := &domxml.CPUSignature{Family: uint(a >> 8 & 0xf), Model: uint(a >> 4 & 0xf), Stepping: uint(a & 0xf)}
	if s.Family == 6 || s.Family == 15 {
		s.Model += uint(a>>16&0xf) << 4
	}
	if s.Family == 15 {
		s.Family += uint(a >> 20 & 0xff)
	}
	return s
}

// decodeHost names the model: of those that the processor has all features of,
// one with its signature comes first, then the one that leaves the fewest
// features to be listed, then the later one of the map.
func (m *x86Map) decodeHost(out *domxml.HostCPU, data x86Data) {
	var best *candidate
	ours := false // best has the signature
	for _, model := range m.models {
		if !model.host || out.Vendor != "" && model.vendor != "" && model.vendor != out.Vendor {
			continue
		}
		c := m.describe(data, model)
		c.disable = c.disable[:c.lacking] // a host need not say what it no longer has
		if len(c.disable) > 0 {
			continue
		}
		fits := model.fits(out.Signature)
		if best == nil || fits && !ours || fits == ours && len(c.require) <= len(best.require) {
			best, ours = c, fits
		}
	}
	if best == nil {
		return
	}
	out.Model = best.model.name
	for _, i := range best.require {
		out.Features = append(out.Features, domxml.HostCPUFeature{Name: m.features[i].name})
	}
}
