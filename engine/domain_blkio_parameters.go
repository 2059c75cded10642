package engine

import (
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainBlkioParameters(b *binder) {
	onCounted(b, remoteproto.DomainGetBlkioParameters, func(a *remoteproto.DomainGetBlkioParametersArgs) *remoteproto.DomainGetBlkioParametersRet {
		if a.Nparams != 0 {
			return nil
		}
		return &remoteproto.DomainGetBlkioParametersRet{Nparams: int32(len(blkioTable))}
	}, domainGetBlkioParameters).
		wire(func(a *remoteproto.DomainGetBlkioParametersArgs) error {
			return checkNparams(a.Nparams, remoteproto.DomainBlkioParametersMax)
		}).
		args(func(a *remoteproto.DomainGetBlkioParametersArgs) error {
			return notBoth(remoteproto.DomainGetBlkioParameters.Info, a.Flags)
		})
	change(b, remoteproto.DomainSetBlkioParameters, domainSetBlkioParameters).
		wire(func(a *remoteproto.DomainSetBlkioParametersArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetBlkioParametersArgs) error {
			return someParams(remoteproto.DomainSetBlkioParameters.Info, a.Params)
		}).
		driver(func(_ *call, a *remoteproto.DomainSetBlkioParametersArgs) error { return blkioTable.check(a.Params) })
}

// The keys for one figure of each device are lists: path,value,path,value.
var blkioTable = paramTable[domxml.BlkioTune]{
	paramKey[domxml.BlkioTune]{vir.DomainBlkioWeight, vir.TypedParamUint,
		func(t *domxml.BlkioTune) remoteproto.TypedParamValue {
			return remoteproto.TypedParamValue{Ui: uint32(t.Weight)}
		},
		func(t *domxml.BlkioTune, v *remoteproto.TypedParamValue) error {
			t.Weight = uint(v.Ui)
			return nil
		}},
	blkioKey(vir.DomainBlkioDeviceWeight, 32, func(d *domxml.BlkioDevice) uint64 { return uint64(d.Weight) },
		func(d *domxml.BlkioDevice, v uint64) { d.Weight = uint(v) }),
	blkioKey(vir.DomainBlkioDeviceReadIOPS, 32, func(d *domxml.BlkioDevice) uint64 { return uint64(d.ReadIOPSSec) },
		func(d *domxml.BlkioDevice, v uint64) { d.ReadIOPSSec = uint(v) }),
	blkioKey(vir.DomainBlkioDeviceWriteIOPS, 32, func(d *domxml.BlkioDevice) uint64 { return uint64(d.WriteIOPSSec) },
		func(d *domxml.BlkioDevice, v uint64) { d.WriteIOPSSec = uint(v) }),
	blkioKey(vir.DomainBlkioDeviceReadBps, 64, func(d *domxml.BlkioDevice) uint64 { return d.ReadBytesSec },
		func(d *domxml.BlkioDevice, v uint64) { d.ReadBytesSec = v }),
	blkioKey(vir.DomainBlkioDeviceWriteBps, 64, func(d *domxml.BlkioDevice) uint64 { return d.WriteBytesSec },
		func(d *domxml.BlkioDevice, v uint64) { d.WriteBytesSec = v }),
}

func blkioKey(name string, bits int, get func(*domxml.BlkioDevice) uint64, set func(*domxml.BlkioDevice, uint64)) paramKey[domxml.BlkioTune] {
	return stringKey(name, func(t *domxml.BlkioTune) string {
		var b []byte
		for i := range t.Devices {
			if v := get(&t.Devices[i]); v != 0 {
				if len(b) > 0 {
					b = append(b, ',')
				}
				b = append(append(b, t.Devices[i].Path...), ',')
				b = strconv.AppendUint(b, v, 10)
			}
		}
		return string(b)
	}, func(t *domxml.BlkioTune, list string) error {
		values, err := parseBlkioList(name, list, bits)
		if err != nil {
			return err
		}
		for _, v := range values {
			i := slices.IndexFunc(t.Devices, func(d domxml.BlkioDevice) bool { return d.Path == v.path })
			if i < 0 {
				i = len(t.Devices)
				t.Devices = append(t.Devices, domxml.BlkioDevice{Path: v.path})
			}
			set(&t.Devices[i], v.value)
		}
		return nil
	})
}

type blkioValue struct {
	path  string
	value uint64
}

// parseBlkioList reads path,value,path,value with numbers of so many bits.
func parseBlkioList(name, list string, bits int) ([]blkioValue, error) {
	if list == "" {
		return nil, nil
	}
	bad := vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "unable to parse blkio device '%s' '%s'", name, list)
	if strings.Count(list, ",")%2 == 0 {
		return nil, bad
	}
	var out []blkioValue
	for rest, more := list, true; more; {
		path, after, _ := strings.Cut(rest, ",")
		number := strings.TrimLeft(after, " \t\n\v\f\r")
		digits := strings.TrimPrefix(number, "+")
		n := 0
		for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' {
			n++
		}
		v, err := strconv.ParseUint(digits[:n], 10, bits)
		if err != nil {
			return nil, vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "invalid value '%s' for parameter '%s' of device '%s'", after, name, path)
		}
		out = append(out, blkioValue{path, v})
		if rest = digits[n:]; rest != "" && rest[0] != ',' {
			return nil, bad
		}
		rest, more = strings.CutPrefix(rest, ",")
	}
	return out, nil
}

func domainGetBlkioParameters(_ *call, d *Domain, a *remoteproto.DomainGetBlkioParametersArgs) (*remoteproto.DomainGetBlkioParametersRet, error) {
	def, err := d.oneTuned(a.Flags, withoutBlkio)
	if err != nil {
		return nil, err
	}
	tune := def.tree().BlkioTune
	if tune == nil {
		tune = &domxml.BlkioTune{}
	}
	list, n := blkioTable.read(tune).answer(a.Nparams, a.Flags)
	return &remoteproto.DomainGetBlkioParametersRet{Params: list, Nparams: n}, nil
}

// domainSetBlkioParameters sets weights and limits. A list that cannot be
// read is an error, but what else was given is set all the same, as in the
// reference.
func domainSetBlkioParameters(c *call, d *Domain, a *remoteproto.DomainSetBlkioParametersArgs) (*proc.Void, error) {
	var bad error
	err := d.tuneOne(c, a.Flags, withoutBlkio, func(t *domxml.Domain, _ bool) error {
		if t.BlkioTune == nil {
			t.BlkioTune = &domxml.BlkioTune{}
		}
		for i := range a.Params {
			if err := blkioTable.write(t.BlkioTune, a.Params[i:i+1]); err != nil && bad == nil {
				bad = err
			}
		}
		return nil
	})
	return nil, first(err, bad)
}
