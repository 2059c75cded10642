package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ioTuneGroups are limits of which those that are not given end when another of
// the group is given.
var ioTuneGroups = [][]string{
	{vir.DomainBlockIotuneTotalBytesSec, vir.DomainBlockIotuneReadBytesSec, vir.DomainBlockIotuneWriteBytesSec},
	{vir.DomainBlockIotuneTotalIOPSSec, vir.DomainBlockIotuneReadIOPSSec, vir.DomainBlockIotuneWriteIOPSSec},
	{vir.DomainBlockIotuneTotalBytesSecMax, vir.DomainBlockIotuneReadBytesSecMax, vir.DomainBlockIotuneWriteBytesSecMax},
	{vir.DomainBlockIotuneTotalIOPSSecMax, vir.DomainBlockIotuneReadIOPSSecMax, vir.DomainBlockIotuneWriteIOPSSecMax},
	{vir.DomainBlockIotuneTotalBytesSecMaxLength, vir.DomainBlockIotuneReadBytesSecMaxLength, vir.DomainBlockIotuneWriteBytesSecMaxLength},
	{vir.DomainBlockIotuneTotalIOPSSecMaxLength, vir.DomainBlockIotuneReadIOPSSecMaxLength, vir.DomainBlockIotuneWriteIOPSSecMaxLength},
}

// mergeIOTune puts limits into those of a disk. What a running guest has must
// fit together besides.
func mergeIOTune(h *Host, tune *domxml.IOTune, list []remoteproto.TypedParam, live bool) error {
	var given domxml.IOTune
	if err := ioTuneTable.write(&given, list); err != nil {
		return err
	}
	if err := checkIOTuneTotals(h, &given); err != nil {
		return err
	}
	for _, k := range ioTuneTable {
		group := []string{k.name}
		if i := slices.IndexFunc(ioTuneGroups, func(g []string) bool { return slices.Contains(g, k.name) }); i >= 0 {
			group = ioTuneGroups[i]
		}
		if !slices.ContainsFunc(group, func(name string) bool { return hasParam(list, name) }) {
			continue
		}
		v := k.get(&given)
		if err := k.set(tune, &v); err != nil {
			return err
		}
	}
	numbers := *tune
	if numbers.GroupName = (domxml.ThrottleGroupName{}); numbers == (domxml.IOTune{}) {
		if given.GroupName.Name != "" {
			return h.errorf(vir.ErrConfigUnsupported, "creating a new group/updating existing with all tune parameters zero is not supported")
		}
		*tune = numbers
	}
	if !live {
		return nil
	}
	for _, p := range ioTunePeaks(tune) {
		switch {
		case p.max == 0:
		case p.value == 0:
			return h.errorf(vir.ErrConfigUnsupported, "cannot reset '%s' when '%s_max' is set", p.name, p.name)
		case p.max < p.value:
			return h.errorf(vir.ErrConfigUnsupported, "value '%s_max' cannot be smaller than '%s'", p.name, p.name)
		}
	}
	return nil
}
