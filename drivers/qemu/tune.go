//go:build linux

package qemu

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.IOTuner    = (*Guest)(nil)
	_ drivers.LinkSetter = (*Guest)(nil)
)

// SetIOTune sets all limits of a disk; those that are 0 end. A drive without a
// medium has none.
func (g *Guest) SetIOTune(ctx context.Context, k *domxml.Disk, t *domxml.IOTune) error {
	device := qomName(k)
	switch {
	case k.Source == nil:
		return nil // they come with a medium
	case device == "":
		return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, "block I/O throttling is not supported with disk '%s'", k.Target.Dev)
	}
	args := object{"id": device,
		"bps": t.TotalBytesSec, "bps_rd": t.ReadBytesSec, "bps_wr": t.WriteBytesSec,
		"iops": t.TotalIOPSSec, "iops_rd": t.ReadIOPSSec, "iops_wr": t.WriteIOPSSec,
		"bps_max": t.TotalBytesSecMax, "bps_rd_max": t.ReadBytesSecMax, "bps_wr_max": t.WriteBytesSecMax,
		"iops_max": t.TotalIOPSSecMax, "iops_rd_max": t.ReadIOPSSecMax, "iops_wr_max": t.WriteIOPSSecMax,
		"iops_size": t.SizeIOPSSec}
	for name, seconds := range map[string]uint64{
		"bps_max_length": t.TotalBytesSecMaxLength, "bps_rd_max_length": t.ReadBytesSecMaxLength, "bps_wr_max_length": t.WriteBytesSecMaxLength,
		"iops_max_length": t.TotalIOPSSecMaxLength, "iops_rd_max_length": t.ReadIOPSSecMaxLength, "iops_wr_max_length": t.WriteIOPSSecMaxLength,
	} {
		if seconds > 0 { // none is the usual second, and 0 an error
			args[name] = seconds
		}
	}
	if t.GroupName.Name != "" {
		args["group"] = t.GroupName.Name
	}
	return g.verb(ctx, "block_set_io_throttle", args, nil)
}

// IOTune asks the process. A drive without a medium has no limits.
func (g *Guest) IOTune(ctx context.Context, k *domxml.Disk) (domxml.IOTune, error) {
	var list []struct {
		Device   string `json:"qdev"`
		Inserted *struct {
			Bytes           uint64 `json:"bps"`
			BytesRead       uint64 `json:"bps_rd"`
			BytesWrite      uint64 `json:"bps_wr"`
			IOPS            uint64 `json:"iops"`
			IOPSRead        uint64 `json:"iops_rd"`
			IOPSWrite       uint64 `json:"iops_wr"`
			BytesMax        uint64 `json:"bps_max"`
			BytesReadMax    uint64 `json:"bps_rd_max"`
			BytesWriteMax   uint64 `json:"bps_wr_max"`
			IOPSMax         uint64 `json:"iops_max"`
			IOPSReadMax     uint64 `json:"iops_rd_max"`
			IOPSWriteMax    uint64 `json:"iops_wr_max"`
			Size            uint64 `json:"iops_size"`
			Group           string `json:"group"`
			BytesLength     uint64 `json:"bps_max_length"`
			BytesReadLength uint64 `json:"bps_rd_max_length"`
			BytesWriteLen   uint64 `json:"bps_wr_max_length"`
			IOPSLength      uint64 `json:"iops_max_length"`
			IOPSReadLength  uint64 `json:"iops_rd_max_length"`
			IOPSWriteLength uint64 `json:"iops_wr_max_length"`
		} `json:"inserted"`
	}
	ctx, cancel := context.WithTimeout(ctx, g.backend.cfg.Times.Query)
	defer cancel()
	if err := g.monitorError(g.mon.Run(ctx, "query-block", nil, &list)); err != nil {
		return domxml.IOTune{}, err
	}
	for _, b := range list {
		i := b.Inserted
		if b.Device != qomName(k) || i == nil {
			continue
		}
		return domxml.IOTune{
			TotalBytesSec: i.Bytes, ReadBytesSec: i.BytesRead, WriteBytesSec: i.BytesWrite,
			TotalIOPSSec: i.IOPS, ReadIOPSSec: i.IOPSRead, WriteIOPSSec: i.IOPSWrite,
			TotalBytesSecMax: i.BytesMax, ReadBytesSecMax: i.BytesReadMax, WriteBytesSecMax: i.BytesWriteMax,
			TotalIOPSSecMax: i.IOPSMax, ReadIOPSSecMax: i.IOPSReadMax, WriteIOPSSecMax: i.IOPSWriteMax,
			SizeIOPSSec: i.Size, GroupName: domxml.ThrottleGroupName{Name: i.Group, Set: i.Group != ""},
			TotalBytesSecMaxLength: i.BytesLength, ReadBytesSecMaxLength: i.BytesReadLength, WriteBytesSecMaxLength: i.BytesWriteLen,
			TotalIOPSSecMaxLength: i.IOPSLength, ReadIOPSSecMaxLength: i.IOPSReadLength, WriteIOPSSecMaxLength: i.IOPSWriteLength,
		}, nil
	}
	return domxml.IOTune{}, nil
}

// SetLink plugs a card's cable in or pulls it out.
func (g *Guest) SetLink(ctx context.Context, card *domxml.Interface, up bool) error {
	return g.verb(ctx, "set_link", object{"name": alias(card.Alias), "up": up}, nil)
}

// setLimits sets the limits of all disks that have some, as a guest starts.
func (g *Guest) setLimits(ctx context.Context, d *domxml.Domain) error {
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if k.IOTune == nil || qomName(k) == "" {
			continue
		}
		if err := g.SetIOTune(ctx, k, k.IOTune); err != nil {
			return err
		}
	}
	return nil
}
