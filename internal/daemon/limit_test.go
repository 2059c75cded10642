package daemon

import (
	"errors"
	"net"
	"testing"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote/client"
)

// TestListLimit: a reply names at most 16,384 domains; with one more there are the errors of 11.3.0 for lists, also for one
// that is only counted, and for statistics, and the connection lives on.
func TestListLimit(t *testing.T) {
	const most = remoteproto.DomainListMax
	nc, err := net.Dial("unix", start(t, Config{Domains: most}))
	if err != nil {
		t.Fatal(err)
	}
	c := client.New(nc, client.Options{})
	defer c.Close()
	ctx := t.Context()
	uri := "test:///default"
	if _, err := client.Call(ctx, c, remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{Name: &uri}); err != nil {
		t.Fatal(err)
	}
	list, err := client.Call(ctx, c, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{NeedResults: 1})
	if err != nil || len(list.Domains) != most || list.Ret != most {
		t.Fatalf("%d domains, %v", len(list.Domains), err)
	}
	stats, err := client.Call(ctx, c, remoteproto.ConnectGetAllDomainStats, &remoteproto.ConnectGetAllDomainStatsArgs{})
	if err != nil || len(stats.RetStats) != most {
		t.Fatalf("%d records, %v", len(stats.RetStats), err)
	}
	for i, r := range stats.RetStats {
		if r.Dom != list.Domains[i] || len(r.Params) < 2 || r.Params[0].Field != "state.state" || r.Params[1].Field != "state.reason" {
			t.Fatalf("record %d is %+v", i, r)
		}
	}
	one := "<domain type='test'><name>one more</name><memory>1024</memory><os><type>hvm</type></os></domain>"
	if _, err := client.Call(ctx, c, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: one}); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, err error, text string) {
		t.Helper()
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != vir.ErrInternalError || e.Domain != vir.FromRPC || e.Message != "internal error: "+text {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, results := range []int32{0, 1} {
		_, err = client.Call(ctx, c, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{NeedResults: results})
		refused("list", err, "Too many domains '16385' for limit '16384'")
	}
	_, err = client.Call(ctx, c, remoteproto.ConnectGetAllDomainStats, &remoteproto.ConnectGetAllDomainStatsArgs{})
	refused("statistics", err, "Number of domain stats records is 16385, which exceeds max limit: 16384")
	n, err := client.Call(ctx, c, remoteproto.ConnectNumOfDefinedDomains, nil)
	if err != nil {
		t.Fatal(err)
	}
	active, err := client.Call(ctx, c, remoteproto.ConnectNumOfDomains, nil)
	if err != nil || n.Num+active.Num != most+1 {
		t.Errorf("%d domains, %v", n.Num+active.Num, err)
	}
}
