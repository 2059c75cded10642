package sim

import (
	"context"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainCapabilities says that a simulated domain can do nothing in
// particular. What the caller asks about is repeated, unchecked.
func (b *Backend) DomainCapabilities(_ context.Context, q drivers.DomainCapabilitiesQuery) (string, error) {
	arch, virtType := b.host.Node.Model, "test"
	if q.Arch != nil {
		if arch = *q.Arch; !drivers.KnownArch(arch) {
			return "", vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "unknown architecture: %s", arch)
		}
	}
	if q.VirtType != nil {
		if virtType = *q.VirtType; !drivers.KnownVirtType(virtType) {
			return "", vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "unknown virttype: %s", virtType)
		}
	}
	var w strings.Builder
	w.WriteString("<domainCapabilities>\n")
	if q.Emulator != nil {
		w.WriteString("  <path>" + escape.Replace(*q.Emulator) + "</path>\n")
	}
	w.WriteString("  <domain>" + virtType + "</domain>\n")
	if q.Machine != nil {
		w.WriteString("  <machine>" + escape.Replace(*q.Machine) + "</machine>\n")
	}
	w.WriteString("  <arch>" + arch + "</arch>\n")
	w.WriteString(`  <cpu>
    <mode name='host-passthrough' supported='no'/>
    <mode name='maximum' supported='no'/>
    <mode name='host-model' supported='no'/>
    <mode name='custom' supported='no'/>
  </cpu>
  <devices>
  </devices>
  <features>
    <sev supported='no'/>
    <sgx supported='no'/>
  </features>
</domainCapabilities>
`)
	return w.String(), nil
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&apos;", `"`, "&quot;")
