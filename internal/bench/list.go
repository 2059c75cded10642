package bench

import (
	"errors"
	"fmt"
	"time"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/xdr"
)

var lists = []Workload{
	{"list-1k", "list all of 1,000 domains", "rate", 20, listing(1000, listAll)},
	{"stats-1k", "state of all of 1,000 domains", "rate", 20, listing(1000, statsAll)},
	{"call-flood", "small call while 8 connections list 1,000 domains", "p99", 35, flood},
	{"list-10k", "list all of 10,000 domains", "rate", 30, listing(10_000, listAll)},
	{"stats-10k", "state of all of 10,000 domains", "rate", 30, listing(10_000, statsAll)},
	{"list-16384", "list all of 16,384 domains, the most that the protocol takes", "rate", 30, listing(16_384, listAll)},
	{"list-16385", "the refusal of one domain more", "rate", 1, tooMany},
}

var (
	listAll  = request(remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{NeedResults: 1})
	statsAll = request(remoteproto.ConnectGetAllDomainStats, &remoteproto.ConnectGetAllDomainStatsArgs{Stats: 1})
)

// grow defines small domains, or removes some, until there are n besides those of the URI itself.
func (t *Target) grow(c *conn, n int) error {
	from := t.domains
	t.domains = n
	if n < from {
		return c.pipeline(from-n, 50, func(i int) []byte { return undefine(n + i) })
	}
	return c.pipeline(n-from, 50, func(i int) []byte { return define(from+i, false) })
}

// settle opens a connection to a host with n domains, the URI's own one included.
func (t *Target) settle(n int) (*conn, error) {
	c, err := t.open()
	if err != nil {
		return nil, err
	}
	if err := t.grow(c, n-1); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func listing(n int, req []byte) func(*Target, time.Duration) (Sample, error) {
	return func(t *Target, d time.Duration) (Sample, error) {
		c, err := t.settle(n)
		if err != nil {
			return Sample{}, err
		}
		defer c.Close()
		if err := c.count(n); err != nil {
			return Sample{}, err
		}
		return t.measure(func() (Sample, error) {
			return serially([]*conn{c}, d, func(c *conn) error { return c.call(req) })
		})
	}
}

// count wants the host to have n domains, so that nobody measures an empty list.
func (c *conn) count(n int) error {
	if err := c.call(request(remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{})); err != nil {
		return err
	}
	var ret remoteproto.ConnectListAllDomainsRet
	r := xdr.NewReader(c.p.Payload)
	if ret.DecodeXDR(r); r.Err() != nil {
		return r.Err()
	}
	if int(ret.Ret) != n {
		return fmt.Errorf("%d domains instead of %d", ret.Ret, n)
	}
	return nil
}

func tooMany(t *Target, d time.Duration) (Sample, error) {
	c, err := t.settle(16_385)
	if err != nil {
		return Sample{}, err
	}
	defer c.Close()
	return t.measure(func() (Sample, error) {
		return serially([]*conn{c}, d, func(c *conn) error {
			if c.call(listAll) == nil {
				return errors.New("16,385 domains are listed")
			}
			return nil
		})
	})
}

func flood(t *Target, d time.Duration) (Sample, error) {
	c, err := t.settle(1000)
	if err != nil {
		return Sample{}, err
	}
	defer c.Close()
	conns, closeAll, err := t.openMany(8)
	defer closeAll()
	if err != nil {
		return Sample{}, err
	}
	done := make(chan error, 1)
	go func() {
		_, err := serially(conns, d+100*time.Millisecond, func(c *conn) error { return c.call(listAll) })
		done <- err
	}()
	time.Sleep(50 * time.Millisecond)
	s, err := t.measure(func() (Sample, error) {
		return serially([]*conn{c}, d, func(c *conn) error { return c.call(smallCall) })
	})
	return s, errors.Join(err, <-done)
}
