package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
)

// NativeConverter shows what a document comes to on the hypervisor's own side
// (virConnectDomainXMLToNative): a command line, a configuration file. Nothing
// is opened or started, and the document is the callee's.
type NativeConverter interface {
	// KnowsNative refuses a format that it does not have (VIR_ERR_INVALID_ARG).
	KnowsNative(format string) error
	Native(ctx context.Context, format string, d *domxml.Domain) (string, error)
}
