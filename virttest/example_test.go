package virttest_test

import (
	"context"
	"fmt"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote/client"
	"github.com/govirtd/govirtd/virttest"
)

// A host begins with one running domain. In a test it is virttest.New(t), and
// nothing needs to be closed.
func Example() {
	host := virttest.Start()
	defer host.Close()
	conn := host.Dial()

	ctx := context.Background()
	ret, err := client.Call(ctx, conn, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "test"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ret.Dom.Name, "has the id", ret.Dom.ID)

	_, err = client.Call(ctx, conn, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: ret.Dom})
	fmt.Println(err)
	// Output:
	// test has the id 1
	// internal error: Domain 'test' is already running
}

// The same seed makes the same domains, each time and everywhere.
func ExampleWithDomains() {
	host := virttest.Start(virttest.WithDomains(500), virttest.WithSeed(1))
	defer host.Close()

	ret, err := client.Call(context.Background(), host.Dial(), remoteproto.ConnectListAllDomains,
		&remoteproto.ConnectListAllDomainsArgs{NeedResults: 1, Flags: uint32(vir.ConnectListDomainsInactive)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ret.Ret, "are shut off; the first is", ret.Domains[0].Name)
	// Output: 109 are shut off; the first is build-0001
}

// Events come in the order of what has happened.
func ExampleHost_Dial_events() {
	host := virttest.Start()
	defer host.Close()
	watcher, admin := host.Dial(), host.Dial()

	ctx := context.Background()
	_, err := client.Call(ctx, watcher, remoteproto.ConnectDomainEventCallbackRegisterAny,
		&remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: int32(vir.DomainEventIDLifecycle)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ret, err := client.Call(ctx, admin, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "test"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Call(ctx, admin, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: ret.Dom}); err != nil {
		fmt.Println(err)
		return
	}
	ev, err := watcher.NextEvent(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	msg, err := client.Decode(&ev, remoteproto.DomainEventCallbackLifecycle)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(msg.Msg.Dom.Name, "has stopped:", msg.Msg.Event == int32(vir.DomainEventStopped))
	// Output: test has stopped: true
}
