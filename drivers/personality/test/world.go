package testpersonality

import (
	_ "embed"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

//go:embed domain.xml
var defaultDomain []byte

//go:embed network.xml
var defaultNetwork []byte

// defaultHost is the host of test:///default.
var defaultHost = drivers.SimulatedHost{
	Node: drivers.NodeInfo{
		Model: "i686", Memory: 3145728, CPUs: 16, MHz: 1400,
		Nodes: 2, Sockets: 2, Cores: 2, Threads: 2,
	},
	Online: []bool{true, false, true, false, true, false, false, false},
	Cells: []drivers.SimulatedCell{
		{Memory: 2 << 20, Free: 1 << 20, PageSizes: []uint32{4, 2048, 1 << 20}},
		{Memory: 4 << 20, Free: 2 << 20, PageSizes: []uint32{8, 2048, 1 << 20}},
	},
}

// defaultWorld is one running domain, one running network, and some objects.
func defaultWorld() (*drivers.World, error) {
	d, err := domxml.ParseDomain(defaultDomain)
	if err != nil {
		return nil, err
	}
	n, err := domxml.ParseNetwork(defaultNetwork)
	if err != nil {
		return nil, err
	}
	w := &drivers.World{
		Domains:  []drivers.DomainSeed{{Domain: d, State: vir.DomainRunning, IOThreads: true}},
		Networks: []*domxml.Network{n},
	}
	return w, seedObjects(w)
}
