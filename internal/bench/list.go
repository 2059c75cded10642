package bench

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// most is how many domains a list can have in the protocol.
const most = remoteproto.DomainListMax

var lists = []Workload{
	{Name: "list-1k", About: "list all of 1,000 domains", By: Rate, Target: 20, Prepare: listing(1000, listAll)},
	{Name: "stats-1k", About: "state of all of 1,000 domains", By: Rate, Target: 20, Prepare: listing(1000, statsAll)},
	{Name: "call-flood", About: "small call while 8 connections list 1,000 domains", By: P99, Limit: 1e6, Prepare: flood},
	{Name: "list-10k", About: "list all of 10,000 domains", By: Rate, Target: 30, Prepare: listing(10_000, listAll)},
	{Name: "stats-10k", About: "state of all of 10,000 domains", By: Rate, Target: 30, Prepare: listing(10_000, statsAll)},
	{Name: "list-16384", About: "list all of 16,384 domains, the most that the protocol takes", By: P99, Limit: 50e6, Prepare: listing(most, listAll)},
	{Name: "stats-16384", About: "state of all of 16,384 domains", By: P99, Limit: 500e6, Prepare: listing(most, statsAll)},
	{Name: "list-16385", About: "the refusal of one domain more", By: Rate, Target: 1, Prepare: tooMany},
}

var (
	listAll  = request(remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{NeedResults: 1})
	statsAll = request(remoteproto.ConnectGetAllDomainStats, &remoteproto.ConnectGetAllDomainStatsArgs{Stats: 1})
)

// grow defines small domains, or removes some, until there are n.
func (t *Target) grow(c *conn, n int) error {
	from := t.domains
	t.domains = n
	if n < from {
		return c.pipeline(from-n, 50, func(i int) []byte { return undefine(n + i) })
	}
	return c.pipeline(n-from, 50, func(i int) []byte { return define(from+i, false) })
}

// settle opens a connection to a host with n domains, those of the URI itself included.
func (t *Target) settle(n int) (*conn, error) {
	c, err := t.openOne()
	if err != nil {
		return nil, err
	}
	there, err := c.count()
	if err == nil {
		err = t.grow(c, n-(there-t.domains))
	}
	if err != nil {
		return nil, err
	}
	// nobody shall measure an empty list
	if there, err = c.count(); err == nil && there != n {
		err = fmt.Errorf("%d domains instead of %d", there, n)
	}
	return c, err
}

// count is how many domains there are.
func (c *conn) count() (int, error) {
	var active remoteproto.ConnectNumOfDomainsRet
	var inactive remoteproto.ConnectNumOfDefinedDomainsRet
	err := c.result(request(remoteproto.ConnectNumOfDomains, nil), &active)
	if err == nil {
		err = c.result(request(remoteproto.ConnectNumOfDefinedDomains, nil), &inactive)
	}
	return int(active.Num + inactive.Num), err
}

func listing(n int, req []byte) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		c, err := t.settle(n)
		if err != nil {
			return nil, err
		}
		return t.round(c, req), nil
	}
}

// tooMany wants the reference's error, and a connection that lives on.
func tooMany(t *Target) (Run, error) {
	c, err := t.settle(most + 1)
	return t.measured([]*conn{c}, func(c *conn) error {
		if err := c.call(listAll); err == nil || !strings.Contains(err.Error(), "Too many domains '16385' for limit '16384'") {
			return fmt.Errorf("16,385 domains are answered with %v", err)
		}
		return c.call(smallCall)
	}), err
}

// flood measures one connection while others keep the daemon busy.
func flood(t *Target) (Run, error) {
	c, err := t.settle(1000)
	if err != nil {
		return nil, err
	}
	conns, err := t.openMany(8)
	if err != nil {
		return nil, err
	}
	quiet := t.round(c, smallCall)
	return func(d time.Duration) (Sample, error) {
		done := make(chan error, 1)
		go func() {
			_, err := serially(conns, d+100*time.Millisecond, func(c *conn) error { return c.call(listAll) })
			done <- err
		}()
		time.Sleep(50 * time.Millisecond)
		s, err := quiet(d)
		return s, errors.Join(err, <-done)
	}, nil
}
