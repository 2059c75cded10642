package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// nodeBackend knows more of its host than a simulation.
type nodeBackend struct {
	*sim.Backend
	asked *string // what the last question was
}

func (b nodeBackend) NodeMemoryStats(_ context.Context, cell int) ([]drivers.NodeMemoryStat, error) {
	*b.asked = fmt.Sprint("stats ", cell)
	return []drivers.NodeMemoryStat{{Name: "total", Value: 10}, {Name: "free", Value: 5}}, nil
}

func (b nodeBackend) NodeMemoryParameters(context.Context) ([]drivers.NodeMemoryParameter, error) {
	return []drivers.NodeMemoryParameter{{Name: "shm_pages_to_scan", Value: 100}, {Name: "shm_pages_shared", Value: 1 << 40, Wide: true}}, nil
}

func (b nodeBackend) SetNodeMemoryParameters(_ context.Context, list []drivers.NodeMemoryParameter) error {
	*b.asked = fmt.Sprint("set ", list)
	return nil
}

func (b nodeBackend) AllocPages(_ context.Context, sizes []uint32, counts []uint64, start, cells int, add bool) (int, error) {
	*b.asked = fmt.Sprint("alloc ", sizes, counts, start, cells, add)
	return len(sizes), nil
}

func (b nodeBackend) SEVInfo(context.Context) (drivers.SEVInfo, error) {
	return drivers.SEVInfo{PDH: "p", CertChain: "c", CPU0ID: "i", CBitPos: 51, ReducedPhysBits: 1, MaxGuests: 59, MaxESGuests: 450}, nil
}

func TestNodeMemory(t *testing.T) {
	var asked string
	s := connect(t, engine.New(engine.Config{Drivers: []drivers.Driver{
		testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend { return nodeBackend{sim.New(h, now), &asked} }},
	}}), "test:///default")

	stats := func(n, cell int32) string {
		r, err := do(s, remoteproto.NodeGetMemoryStats, &remoteproto.NodeGetMemoryStatsArgs{Nparams: n, CellNum: cell})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(r.Params, r.Nparams, " ", asked)
	}
	for _, c := range []struct {
		got, want string
	}{
		{stats(0, -1), "[] 2 stats -1"},
		{stats(2, 3), "[{total 10} {free 5}] 0 stats 3"},
		{stats(1, 0), "[{total 10}] 0 stats 0"},
		{stats(2, -2), "cellNum in virNodeGetMemoryStats only accepts -1 as a negative value"},
		{stats(1<<20, 0), "internal error: nparams too large"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}

	r, err := do(s, remoteproto.NodeGetMemoryParameters, &remoteproto.NodeGetMemoryParametersArgs{Nparams: 8})
	if err != nil || len(r.Params) != 2 || r.Params[0].Value.Type != int32(vir.TypedParamUint) || r.Params[0].Value.Ui != 100 ||
		r.Params[1].Value.Type != int32(vir.TypedParamUllong) || r.Params[1].Value.Ul != 1<<40 {
		t.Errorf("%+v, %v", r, err)
	}

	set := func(name string, kind vir.TypedParameterType) string {
		p := remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(kind), Ui: 7}}
		if _, err := do(s, remoteproto.NodeSetMemoryParameters, &remoteproto.NodeSetMemoryParametersArgs{Params: []remoteproto.TypedParam{p}}); err != nil {
			return err.Error()
		}
		return asked
	}
	for _, c := range []struct {
		got, want string
	}{
		{set("shm_pages_to_scan", vir.TypedParamUint), "set [{shm_pages_to_scan 7 false}]"},
		{set("shm_pages_shared", vir.TypedParamUint), "argument unsupported: parameter 'shm_pages_shared' not supported"},
		{set("shm_pages_to_scan", vir.TypedParamInt), "invalid argument: invalid type 'int' for parameter 'shm_pages_to_scan', expected 'uint'"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	if _, err := do(s, remoteproto.NodeSetMemoryParameters, &remoteproto.NodeSetMemoryParametersArgs{}); err == nil || err.Error() != "params in virNodeSetMemoryParameters must not be NULL" {
		t.Error(err)
	}

	alloc := func(sizes []uint32, counts []uint64, cells, flags uint32) string {
		r, err := do(s, remoteproto.NodeAllocPages, &remoteproto.NodeAllocPagesArgs{PageSizes: sizes, PageCounts: counts, StartCell: -1, CellCount: cells, Flags: flags})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(asked, " ", r.Ret)
	}
	for _, c := range []struct {
		got, want string
	}{
		{alloc([]uint32{4, 2048}, []uint64{1, 2}, 1, 0), "alloc [4 2048] [1 2] -1 1 true 2"},
		{alloc([]uint32{4}, []uint64{1}, 1, 1), "alloc [4] [1] -1 1 false 1"},
		{alloc(nil, nil, 1, 0), "npages in virNodeAllocPages must not be zero"},
		{alloc([]uint32{4}, []uint64{1}, 0, 0), "cellCount in virNodeAllocPages must not be zero"},
		{alloc([]uint32{4}, []uint64{1, 2}, 1, 0), "internal error: 1 sizes of pages have 2 counts"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}

	sev, err := do(s, remoteproto.NodeGetSEVInfo, &remoteproto.NodeGetSEVInfoArgs{Nparams: 123456, Flags: uint32(vir.TypedParamStringOkay)})
	if err != nil || len(sev.Params) != 7 || sev.Params[0].Value.S != "p" || sev.Params[6].Value.Ui != 450 {
		t.Errorf("%+v, %v", sev, err)
	}
}
