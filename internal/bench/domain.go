package bench

import (
	"fmt"
	"strings"
	"time"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var documents = []Workload{
	{"dumpxml", "dumpxml of a document of about 6 KB", "rate", 4, dumpXML},
	{"define", "define and undefine such a document", "rate", 5, defineUndefine},
	{"create", "create and destroy a domain", "rate", 8, createDestroy},
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

// scratch is the number of the domain that workloads make and remove.
const scratch = 99999

// alternate repeats calls in turn on one connection; one round is one operation.
func (t *Target) alternate(d time.Duration, before, after []byte, round ...[]byte) (Sample, error) {
	c, err := t.open()
	if err != nil {
		return Sample{}, err
	}
	defer c.Close()
	if before != nil {
		if err := c.call(before); err != nil {
			return Sample{}, err
		}
		defer c.call(after)
	}
	return t.measure(func() (Sample, error) {
		return serially([]*conn{c}, d, func(c *conn) error {
			for _, req := range round {
				if err := c.call(req); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func dumpXML(t *Target, d time.Duration) (Sample, error) {
	dump := request(remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: reference(scratch)})
	return t.alternate(d, define(scratch, true), undefine(scratch), dump)
}

func defineUndefine(t *Target, d time.Duration) (Sample, error) {
	return t.alternate(d, nil, nil, define(scratch, true), undefine(scratch))
}

func createDestroy(t *Target, d time.Duration) (Sample, error) {
	create := request(remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document(scratch, false)})
	return t.alternate(d, nil, nil, create, request(remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: reference(scratch)}))
}
