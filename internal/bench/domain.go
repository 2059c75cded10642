package bench

import (
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var documents = []Workload{
	{Name: "dumpxml", About: "dumpxml of a document of about 6 KB", By: Rate, Target: 4, Prepare: dumpXML},
	{Name: "define", About: "define and undefine such a document", By: Rate, Target: 5, Prepare: one(define(scratch, true), undefine(scratch))},
	{Name: "create", About: "create and destroy a domain", By: Rate, Target: 8, Prepare: one(create(scratch), destroy(scratch))},
}

// document is a domain with many devices, or with none.
func document(n int, big bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<domain type='test'><name>bench-%05d</name><uuid>%s</uuid><memory unit='KiB'>1048576</memory><vcpu>4</vcpu>"+
		"<os><type arch='x86_64'>hvm</type></os><devices>", n, uuid(n))
	if big {
		for i := range 14 {
			fmt.Fprintf(&b, "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/>"+
				"<source file='/var/lib/images/bench-%05d-%d.qcow2'/><target dev='vd%c' bus='virtio'/><serial>bench-%d</serial></disk>", n, i, 'a'+i, i)
		}
		for i := range 10 {
			fmt.Fprintf(&b, "<interface type='network'><mac address='52:54:00:00:%02x:%02x'/><source network='default'/>"+
				"<model type='virtio'/></interface>", n%256, i)
		}
	}
	b.WriteString("</devices></domain>")
	return b.String()
}

func uuid(n int) string { return fmt.Sprintf("be9c4000-0000-4000-8000-%012x", n) }

// reference names the domain of document n, as calls do.
func reference(n int) remoteproto.Domain {
	d := remoteproto.Domain{Name: fmt.Sprintf("bench-%05d", n), ID: -1}
	var raw [16]byte
	for i, hex := 0, strings.ReplaceAll(uuid(n), "-", ""); i < 16; i++ {
		fmt.Sscanf(hex[2*i:2*i+2], "%x", &raw[i])
	}
	d.UUID = remoteproto.UUID(raw)
	return d
}

func define(n int, big bool) []byte {
	return request(remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: document(n, big)})
}

func undefine(n int) []byte {
	return request(remoteproto.DomainUndefine, &remoteproto.DomainUndefineArgs{Dom: reference(n)})
}

func create(n int) []byte {
	return request(remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document(n, false)})
}

func destroy(n int) []byte {
	return request(remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: reference(n)})
}

// scratch is the number of the domain that workloads make and remove.
const scratch = 99999

func dumpXML(t *Target) (Run, error) {
	c, err := t.openOne()
	if err == nil {
		err = c.call(define(scratch, true))
	}
	if err != nil {
		return nil, err
	}
	t.later(func() { c.call(undefine(scratch)) })
	return t.round(c, request(remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: reference(scratch)})), nil
}
