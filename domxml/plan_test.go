package domxml

import (
	"reflect"
	"testing"
)

// TestPlans compiles the types of all documents: a mistake in a tag panics.
func TestPlans(t *testing.T) {
	done := map[*plan]bool{}
	var all func(*plan)
	all = func(p *plan) {
		if done[p] {
			return
		}
		done[p] = true
		for _, f := range p.ready().elems {
			if f.plan != nil {
				all(f.plan)
			}
		}
	}
	for _, v := range []any{
		Domain{}, Network{}, StoragePool{}, StorageVolume{}, NodeDevice{}, HostInterface{}, Secret{}, NWFilter{}, NWFilterBinding{},
		NetworkPort{}, DomainSnapshot{}, DomainCheckpoint{}, DomainBackup{}, Capabilities{}, DomainCapabilities{},
		StoragePoolCapabilities{},
	} {
		all(planOf(reflect.TypeOf(v)))
	}
	if len(done) < 300 {
		t.Errorf("%d types only", len(done))
	}
}
