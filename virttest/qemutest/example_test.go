package qemutest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote/client"
	"github.com/govirtd/govirtd/virttest"
	"github.com/govirtd/govirtd/virttest/qemutest"
)

// A document is completed as for QEMU, and a guest that runs says where its
// screen is.
func Example() {
	host := virttest.Start(qemutest.System())
	defer host.Close()
	conn, ctx := host.Dial(), context.Background()

	guest, err := client.Call(ctx, conn, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: `
<domain type='kvm'>
  <name>web</name>
  <memory unit='MiB'>512</memory>
  <os><type machine='q35'>hvm</type></os>
  <devices><graphics type='vnc'/></devices>
</domain>`})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Call(ctx, conn, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: guest.Dom}); err != nil {
		fmt.Println(err)
		return
	}
	doc, err := client.Call(ctx, conn, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: guest.Dom})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(doc.XML) {
		if strings.Contains(line, "machine=") || strings.Contains(line, "<graphics") {
			fmt.Print(strings.TrimSpace(line), "\n")
		}
	}
	// Output:
	// <type arch='x86_64' machine='pc-q35-10.0'>hvm</type>
	// <graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'>
}
