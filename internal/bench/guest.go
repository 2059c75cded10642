package bench

import (
	"bytes"
	"fmt"
	"time"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var guests = []Workload{
	{Name: "guest-start", About: "start a real guest (QEMU, TCG)", By: P50, Target: 2.5, Heavy: true, Prepare: lifeOf(0)},
	{Name: "guest-destroy", About: "destroy it", By: P50, Target: 10, Heavy: true, Prepare: lifeOf(1)},
	{Name: "guest-stats", About: "all statistics of 20 real guests", By: P50, Target: 2, Heavy: true, Prepare: guestStats},
}

// guestURI is where real guests are.
const guestURI = "qemu:///system"

// guest is the document of a small machine without disks.
func guest(n int) string {
	return fmt.Sprintf("<domain type='qemu'><name>bench-%05d</name><uuid>%s</uuid><memory unit='MiB'>32</memory>"+
		"<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>"+
		"<devices><console type='pty'/></devices></domain>", n, uuid(n))
}

// real opens a connection for real guests and sees that one can be started.
func (t *Target) real() (*conn, error) {
	c, err := t.connectTo(guestURI)
	if err != nil {
		return nil, &Cannot{t.Name + " has no real guests: " + err.Error()}
	}
	t.later(func() { c.Close() })
	if err := c.call(startGuest(scratch)); err != nil {
		return nil, &Cannot{t.Name + " starts no guest: " + err.Error()}
	}
	return c, c.call(destroy(scratch))
}

func startGuest(n int) []byte {
	return request(remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: guest(n)})
}

// lifeOf measures one of the two calls of a guest's life.
func lifeOf(part int) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		c, err := t.real()
		if err != nil {
			return nil, err
		}
		calls := [2][]byte{startGuest(scratch), destroy(scratch)}
		return func(d time.Duration) (Sample, error) {
			return t.measure(func() (Sample, error) {
				var times []time.Duration
				for end := time.Now().Add(d); len(times) < 2 || time.Now().Before(end); {
					for i, req := range calls {
						at := time.Now()
						if err := c.call(req); err != nil {
							return Sample{}, err
						}
						if i == part {
							times = append(times, time.Since(at))
						}
					}
				}
				return summary(times), nil
			})
		}, nil
	}
}

func guestStats(t *Target) (Run, error) {
	c, err := t.real()
	if err != nil {
		return nil, err
	}
	const n = 20
	for i := range n {
		if err := c.call(startGuest(i)); err != nil {
			return nil, err
		}
		t.later(func() {
			if again, err := t.connectTo(guestURI); err == nil {
				again.call(destroy(i))
				again.Close()
			}
		})
	}
	all := request(remoteproto.ConnectGetAllDomainStats, &remoteproto.ConnectGetAllDomainStatsArgs{})
	if err := c.call(all); err != nil {
		return nil, err
	}
	if !bytes.Contains(c.p.Payload, []byte("cpu.time")) {
		return nil, &Cannot{t.Name + " has no figures of real guests"}
	}
	time.Sleep(5 * time.Second) // they have found that there is nothing to boot
	return t.round(c, all), nil
}
