package domxml

import (
	"math/bits"
	"strings"
)

// HyperV are the features that Windows looks for in its own hypervisor.
type HyperV struct {
	// Mode custom lists the features, passthrough takes the host's.
	Mode            string           `xml:"mode,attr,omitempty" vir:"enum=custom|passthrough"`
	Relaxed         *FeatureState    `xml:"relaxed"`
	VAPIC           *FeatureState    `xml:"vapic"`
	Spinlocks       *HyperVSpinlocks `xml:"spinlocks"`
	VPIndex         *FeatureState    `xml:"vpindex"`
	Runtime         *FeatureState    `xml:"runtime"`
	SynIC           *FeatureState    `xml:"synic"`
	STimer          *HyperVSTimer    `xml:"stimer"`
	Reset           *FeatureState    `xml:"reset"`
	VendorID        *HyperVVendorID  `xml:"vendor_id"`
	Frequencies     *FeatureState    `xml:"frequencies"`
	Reenlightenment *FeatureState    `xml:"reenlightenment"`
	TLBFlush        *HyperVTLBFlush  `xml:"tlbflush"`
	IPI             *FeatureState    `xml:"ipi"`
	EVMCS           *FeatureState    `xml:"evmcs"`
	AVIC            *FeatureState    `xml:"avic"`
	EMSRBitmap      *FeatureState    `xml:"emsr_bitmap"`
	XMMInput        *FeatureState    `xml:"xmm_input"`
}

// HyperVSpinlocks is how often the guest tries a lock before it yields.
type HyperVSpinlocks struct {
	FeatureState
	Retries uint `xml:"retries,attr,omitempty"`
}

// HyperVSTimer are the synthetic timers.
type HyperVSTimer struct {
	FeatureState
	Direct *FeatureState `xml:"direct"`
}

// HyperVVendorID is the name of the hypervisor, 12 bytes at most.
type HyperVVendorID struct {
	FeatureState
	Value string `xml:"value,attr,omitempty"`
}

// HyperVTLBFlush is the remote flushing of translations.
type HyperVTLBFlush struct {
	FeatureState
	Direct   *FeatureState `xml:"direct"`
	Extended *FeatureState `xml:"extended"`
}

func (h *HyperV) parsed(_ *decoder, n node) error {
	if h.Mode == "passthrough" {
		*h = HyperV{Mode: h.Mode}
		return nil
	}
	h.Mode = "custom"
	return onlyKnown(n, h, "HyperV Enlightenment")
}

func (t *HyperVSTimer) parsed(*decoder, node) error {
	if t.State != On {
		t.Direct = nil
	}
	return nil
}

func (t *HyperVTLBFlush) parsed(*decoder, node) error {
	if t.State != On {
		t.Direct, t.Extended = nil, nil
	}
	return nil
}

func (s *HyperVSpinlocks) parsed(_ *decoder, n node) error {
	if s.State != On {
		s.Retries = 0
		return nil
	}
	if _, ok := n.Attr("retries"); !ok {
		return errMissing("retries", n.Name())
	}
	if s.Retries < 4095 {
		return errXML("HyperV spinlock retry count must be at least 4095")
	}
	return nil
}

func (v *HyperVVendorID) parsed(*decoder, node) error {
	if v.State != On {
		v.Value = ""
		return nil
	}
	if v.Value == "" {
		return errXML("missing 'value' attribute for HyperV feature 'vendor_id'")
	}
	if len(v.Value) > 12 {
		return errXML("HyperV vendor_id value must not be more than 12 characters.")
	}
	if strings.Contains(v.Value, ",") {
		return errXML("HyperV vendor_id value is invalid")
	}
	return nil
}

// KVMFeatures are settings of KVM.
type KVMFeatures struct {
	Hidden        *FeatureState `xml:"hidden"`
	HintDedicated *FeatureState `xml:"hint-dedicated"`
	PollControl   *FeatureState `xml:"poll-control"`
	PVIPI         *FeatureState `xml:"pv-ipi"`
	DirtyRing     *DirtyRing    `xml:"dirty-ring"`
}

func (k *KVMFeatures) parsed(_ *decoder, n node) error { return onlyKnown(n, k, "KVM") }

// DirtyRing is how changed memory is noted.
type DirtyRing struct {
	FeatureState
	Size uint `xml:"size,attr,omitempty"`
}

func (r *DirtyRing) parsed(_ *decoder, n node) error {
	if r.State != On {
		r.Size = 0
		return nil
	}
	if _, ok := n.Attr("size"); !ok {
		return errMissing("size", n.Name())
	}
	if bits.OnesCount(r.Size) != 1 || r.Size < 1024 || r.Size > 65536 {
		return errXML("dirty ring must be power of 2 and ranges [1024, 65536]")
	}
	return nil
}

// XenFeatures are settings of Xen.
type XenFeatures struct {
	E820Host    *FeatureState   `xml:"e820_host"`
	Passthrough *XenPassthrough `xml:"passthrough"`
}

func (x *XenFeatures) parsed(_ *decoder, n node) error { return onlyKnown(n, x, "Xen") }

// XenPassthrough is how devices are passed through.
type XenPassthrough struct {
	FeatureState
	Mode string `xml:"mode,attr,omitempty" vir:"enum=sync_pt|share_pt"`
}

// onlyKnown refuses children that have no field.
func onlyKnown(n node, v any, what string) error {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() == 0 && !hasElement(v, c.Name()) {
			return errUnsupported("unsupported %s feature: %s", what, c.Name())
		}
	}
	return nil
}
