package testpersonality

import (
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

// TestPopulate pins the first made-up domains: tests in other projects know
// them by name and identifier.
func TestPopulate(t *testing.T) {
	want := []struct {
		name, uuid string
		state      vir.DomainState
	}{
		{"build-0001", "07abc6cc-1785-4e21-b49c-b06db27ff126", vir.DomainShutoff},
		{"db-0002", "1278f599-4f70-4f78-83f5-6d2809f6376e", vir.DomainRunning},
		{"mail-0003", "bf59e83c-31e5-4d84-ad50-b47fce9bff11", vir.DomainRunning},
		{"web-0004", "6b99ce57-55fc-43da-b9b6-b1ed8d5047a5", vir.DomainRunning},
	}
	few, err := populate(len(want), 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		d := few[i].Domain
		if d.Name != w.name || d.UUID.String() != w.uuid || few[i].State != w.state {
			t.Errorf("domain %d is %s, %s, state %d", i+1, d.Name, d.UUID, few[i].State)
		}
	}
	many, err := populate(500, 1)
	if err != nil {
		t.Fatal(err)
	}
	names, ids := map[string]bool{}, map[string]bool{}
	states := map[vir.DomainState]int{}
	for i, s := range many {
		names[s.Domain.Name], ids[s.Domain.UUID.String()] = true, true
		states[s.State]++
		if i < len(few) && s.Domain.Name != few[i].Domain.Name {
			t.Error("a domain depends on how many there are")
		}
	}
	if len(names) != 500 || len(ids) != 500 {
		t.Errorf("%d names and %d identifiers of 500 domains", len(names), len(ids))
	}
	if states[vir.DomainRunning] < 200 || states[vir.DomainShutoff] < 50 || states[vir.DomainPaused] < 20 {
		t.Errorf("states %v", states)
	}
	other, err := populate(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if other[0].Domain.UUID == many[0].Domain.UUID {
		t.Error("the seed changes nothing")
	}
}
