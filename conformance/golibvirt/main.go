// Command golibvirt lists, defines, starts and destroys domains with the pure-Go client of Debian's
// golang-github-digitalocean-go-libvirt-dev.
//
// usage: golibvirt SOCKET
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	libvirt "github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket/dialers"
)

const document = `<domain type='test'><name>gopher</name><memory>65536</memory><os><type>hvm</type></os></domain>`

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: golibvirt SOCKET")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(socket string) error {
	l := libvirt.NewWithDialer(dialers.NewLocal(dialers.WithSocket(socket)))
	if err := l.ConnectToURI("test:///default"); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	version, err := l.ConnectGetLibVersion()
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	fmt.Println("version", version)
	domains, err := l.Domains()
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	for _, d := range domains {
		if err := show(l, "domain", d); err != nil {
			return err
		}
	}

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	events, err := l.LifecycleEvents(ctx)
	if err != nil {
		return fmt.Errorf("events: %w", err)
	}
	d, err := l.DomainDefineXML(document)
	if err != nil {
		return fmt.Errorf("define: %w", err)
	}
	if err := l.DomainCreate(d); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if d, err = l.DomainLookupByName("gopher"); err != nil {
		return fmt.Errorf("look up: %w", err)
	}
	if err := show(l, "started", d); err != nil {
		return err
	}
	if err := l.DomainDestroy(d); err != nil {
		return fmt.Errorf("destroy: %w", err)
	}
	for {
		e, ok := <-events
		if !ok {
			return fmt.Errorf("no event for the destroyed domain")
		}
		if e.Event == int32(libvirt.DomainEventStopped) {
			fmt.Println("event", e.Dom.Name, e.Event)
			break
		}
	}
	state, _, err := l.DomainGetState(d, 0)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	fmt.Println("destroyed", d.Name, "state", state)
	if err := l.DomainUndefine(d); err != nil {
		return fmt.Errorf("undefine: %w", err)
	}
	return l.Disconnect()
}

func show(l *libvirt.Libvirt, what string, d libvirt.Domain) error {
	state, _, err := l.DomainGetState(d, 0)
	if err != nil {
		return fmt.Errorf("state of %s: %w", d.Name, err)
	}
	fmt.Println(what, d.Name, "id", d.ID, "state", state)
	return nil
}
