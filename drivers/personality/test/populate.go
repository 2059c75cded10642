package testpersonality

import (
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/internal/seed"
	"github.com/govirtd/govirtd/protocol/vir"
)

// MaxDomains bounds how many domains a made-up world can have.
const MaxDomains = 100_000

// roles are what the names of made-up domains begin with.
var roles = []string{"web", "db", "cache", "build", "mail", "dns", "proxy", "queue"}

// populate makes up domains. Everything about the n-th one follows from its
// number and the seed, whatever the number of domains: most run, some are
// paused or shut off, and they differ in size.
func populate(count int, from uint64) ([]drivers.DomainSeed, error) {
	out := make([]drivers.DomainSeed, 0, count)
	for n := 1; n <= count; n++ {
		b := seed.Bytes(from, "domain", n)
		d, err := domxml.ParseDomain([]byte(madeUp(n, b)))
		if err != nil {
			return nil, err
		}
		s := drivers.DomainSeed{Domain: d, State: vir.DomainRunning}
		switch b[19] % 8 {
		case 0, 1:
			s.State = vir.DomainShutoff
		case 2:
			s.State = vir.DomainPaused
		}
		out = append(out, s)
	}
	return out, nil
}

// madeUp is the document of the n-th domain. The first 16 bytes are its
// identifier, the others choose what it is like.
func madeUp(n int, b [32]byte) string {
	var id domxml.UUID
	copy(id[:], b[:])
	id.SetVersion4()
	name := fmt.Sprintf("%s-%04d", roles[int(b[16])%len(roles)], n)
	var w strings.Builder
	fmt.Fprintf(&w, "<domain type='test'><name>%s</name><uuid>%s</uuid>", name, id)
	fmt.Fprintf(&w, "<memory unit='MiB'>%d</memory><vcpu>%d</vcpu>", 512<<(b[17]%6), 1<<(b[18]%4))
	fmt.Fprintf(&w, "<os><type arch='x86_64'>hvm</type></os><devices>")
	fmt.Fprintf(&w, "<disk type='file'><source file='/var/lib/libvirt/images/%s.img'/><target dev='vda' bus='virtio'/></disk>", name)
	fmt.Fprintf(&w, "<interface type='network'><mac address='52:54:00:%02x:%02x:%02x'/><source network='default'/><model type='virtio'/></interface>",
		b[20], b[21], b[22])
	w.WriteString("<console type='pty'/></devices></domain>")
	return w.String()
}
