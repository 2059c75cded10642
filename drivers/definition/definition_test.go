package definition

import (
	"context"
	"errors"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestDifference37Definitions: what is not run says so, and what to do instead.
func TestDifference37Definitions(t *testing.T) {
	ctx := context.Background()
	for name, err := range map[string]error{
		"network": Networks{}.StartNetwork(ctx, &domxml.Network{Name: "n"}),
		"filter":  Filters{}.BindFilter(ctx, &domxml.NWFilterBinding{PortDev: domxml.FilterDevice{Name: "vnet0"}}, nil),
	} {
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != vir.ErrOperationUnsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := errors.Join((Networks{}).StopNetwork(ctx, nil), (Networks{}).UpdateNetwork(ctx, nil), (Filters{}).UnbindFilter(ctx, nil)); err != nil {
		t.Error(err)
	}
}
