package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ioThreadParams is what can be set of a real guest's iothread. Each field that
// is not nil is to change.
var ioThreadParams = paramTable[domxml.IOThread]{
	pollKey(vir.DomainIOThreadPollMaxNs, vir.TypedParamUllong, func(p *domxml.IOThreadPoll) **uint64 { return &p.Max }),
	pollKey(vir.DomainIOThreadPollGrow, vir.TypedParamUint, func(p *domxml.IOThreadPoll) **uint64 { return &p.Grow }),
	pollKey(vir.DomainIOThreadPollShrink, vir.TypedParamUint, func(p *domxml.IOThreadPoll) **uint64 { return &p.Shrink }),
	poolKey(vir.DomainIOThreadThreadPoolMin, func(t *domxml.IOThread) **int { return &t.ThreadPoolMin }),
	poolKey(vir.DomainIOThreadThreadPoolMax, func(t *domxml.IOThread) **int { return &t.ThreadPoolMax }),
}

func pollKey(name string, typ vir.TypedParameterType, field func(*domxml.IOThreadPoll) **uint64) paramKey[domxml.IOThread] {
	return paramKey[domxml.IOThread]{name: name, typ: typ, set: func(t *domxml.IOThread, v *remoteproto.TypedParamValue) error {
		n := v.Ul
		if typ == vir.TypedParamUint {
			n = uint64(v.Ui)
		}
		if t.Poll == nil {
			t.Poll = &domxml.IOThreadPoll{}
		}
		*field(t.Poll) = &n
		return nil
	}}
}

func poolKey(name string, field func(*domxml.IOThread) **int) paramKey[domxml.IOThread] {
	return paramKey[domxml.IOThread]{name: name, typ: vir.TypedParamInt, set: func(t *domxml.IOThread, v *remoteproto.TypedParamValue) error {
		n := int(v.I)
		*field(t) = &n
		return nil
	}}
}

// setIOThread changes how an iothread polls and how large its pool is, in the
// running guest, in the definition or in both.
func (d *Domain) setIOThread(c *call, a *remoteproto.DomainSetIOThreadParamsArgs) error {
	if err := ioThreadParams.check(a.Params); err != nil {
		return err
	}
	given := domxml.IOThread{ID: uint(a.IOThreadID)}
	if err := ioThreadParams.write(&given, a.Params); err != nil {
		return err
	}
	_, err := tuneTelling(d, c, a.Flags, func(t *domxml.Domain, _ bool) error {
		thread := t.IOThread(given.ID)
		if thread == nil {
			return d.host.errorf(vir.ErrInvalidArg, "cannot find IOThread '%d' in iothreadids", given.ID)
		}
		after := *thread
		if thread.Poll != nil {
			poll := *thread.Poll
			after.Poll = &poll
		}
		if err := ioThreadParams.write(&after, a.Params); err != nil {
			return err
		}
		if n := after.ThreadPoolMax; n != nil && *n != -1 && *n <= 0 {
			return d.host.errorf(vir.ErrConfigUnsupported, "thread_pool_max (%d) must be a positive number or -1", *n)
		}
		if n := after.ThreadPoolMin; n != nil && *n < -1 {
			return d.host.errorf(vir.ErrConfigUnsupported, "thread_pool_min (%d) must be a positive number or -1", *n)
		}
		if least, most := after.ThreadPoolMin, after.ThreadPoolMax; least != nil && most != nil && *most != -1 && *least > *most {
			return d.host.errorf(vir.ErrOperationInvalid, "thread_pool_min (%d) can't be greater than thread_pool_max (%d)", *least, *most)
		}
		*thread = after
		return nil
	}, func(g drivers.IOThreader, _ *domxml.Domain) error { return g.SetIOThread(c, &given) })
	return err
}
