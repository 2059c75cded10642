//go:build linux

package qemu

import (
	"context"
	"os"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/internal/diskimage"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.BlockStatter  = (*Guest)(nil)
	_ drivers.DiskErrorer   = (*Guest)(nil)
	_ drivers.BlockInformer = (*Backend)(nil)
)

// blockFigures are what is known of a disk: its work, and its images from the
// top down.
type blockFigures struct {
	stats  drivers.BlockStats
	images []imageFigures
}

// imageFigures are the size of the disk in an image, what the image takes, and
// the end of what was written; bytes.
type imageFigures struct {
	index                       uint
	path                        string
	capacity, physical, highest uint64
}

// blockStats is an answer to query-blockstats.
type blockStats struct {
	QDev  string `json:"qdev"`
	Node  string `json:"node-name"`
	Stats struct {
		ReadRequests  int64 `json:"rd_operations"`
		ReadBytes     int64 `json:"rd_bytes"`
		ReadTime      int64 `json:"rd_total_time_ns"`
		WriteRequests int64 `json:"wr_operations"`
		WriteBytes    int64 `json:"wr_bytes"`
		WriteTime     int64 `json:"wr_total_time_ns"`
		FlushRequests int64 `json:"flush_operations"`
		FlushTime     int64 `json:"flush_total_time_ns"`
		Highest       int64 `json:"wr_highest_offset"`
	} `json:"stats"`
	Parent  *blockStats `json:"parent"`
	Backing *blockStats `json:"backing"`
}

// highest is the end of what was written to the place of an image.
func (s *blockStats) highest() uint64 {
	if s == nil {
		return 0
	}
	if s.Parent != nil {
		s = s.Parent
	}
	return uint64(max(s.Stats.Highest, 0))
}

// node is an answer to query-named-block-nodes.
type node struct {
	Name  string `json:"node-name"`
	Image struct {
		VirtualSize uint64  `json:"virtual-size"`
		ActualSize  *uint64 `json:"actual-size"`
	} `json:"image"`
}

// figures are those of all disks, by target.
func (g *Guest) figures(ctx context.Context) (map[string]blockFigures, error) {
	return g.blocks.ask(ctx, g, g.queryBlocks)
}

func (g *Guest) queryBlocks(ctx context.Context) (map[string]blockFigures, error) {
	var list []blockStats
	if err := g.mon.Run(ctx, "query-blockstats", nil, &list); err != nil {
		return nil, err
	}
	var nodes []node
	if err := g.mon.Run(ctx, "query-named-block-nodes", object{"flat": true}, &nodes); err != nil {
		return nil, err
	}
	sizes := map[string]node{}
	for _, n := range nodes {
		sizes[n.Name] = n
	}
	out := map[string]blockFigures{}
	for _, s := range list {
		k := g.diskOfDevice(s.QDev)
		if k == nil {
			continue
		}
		f := blockFigures{stats: drivers.BlockStats{
			ReadRequests: s.Stats.ReadRequests, ReadBytes: s.Stats.ReadBytes, ReadTime: s.Stats.ReadTime,
			WriteRequests: s.Stats.WriteRequests, WriteBytes: s.Stats.WriteBytes, WriteTime: s.Stats.WriteTime,
			FlushRequests: s.Stats.FlushRequests, FlushTime: s.Stats.FlushTime, Errors: -1,
		}}
		at := &s
		for level, src := range chain(k) {
			i := imageFigures{index: src.index, path: sourcePath(src.source), highest: at.highest()}
			if level == 0 {
				i.path = g.path(k)
			}
			name := argv.NodeName(src.index)
			storage, format := sizes[name+"-storage"], sizes[name+"-format"]
			if format.Name == "" {
				format = storage
			}
			i.capacity = format.Image.VirtualSize
			if p := storage.Image.ActualSize; p != nil {
				i.physical = *p
			}
			f.images = append(f.images, i)
			if at != nil {
				at = at.Backing
			}
		}
		out[k.Target.Dev] = f
	}
	return out, nil
}

// numbered is an image of a disk with its number.
type numbered struct {
	index  uint
	source *domxml.DiskSource
}

// chain are the images of a disk from the top down.
func chain(k *domxml.Disk) (list []numbered) {
	if k.Source == nil {
		return nil
	}
	list = append(list, numbered{k.Source.Index, k.Source})
	for b := k.BackingStore; b != nil && b.Source != nil; b = b.Store {
		list = append(list, numbered{b.Index, b.Source})
	}
	return list
}

// BlockStats counts what a disk has done.
func (g *Guest) BlockStats(ctx context.Context, disk string) (drivers.BlockStats, error) {
	all, err := g.figures(ctx)
	if err != nil {
		return drivers.BlockStats{}, g.monitorError(err)
	}
	f, ok := all[disk]
	if !ok {
		return drivers.BlockStats{}, errInternal("cannot find statistics for device '%s'", disk)
	}
	return f.stats, nil
}

// DiskErrors lists the disks that the guest is stopped for, or was.
func (g *Guest) DiskErrors(ctx context.Context) ([]drivers.DiskError, error) {
	list, err := g.errors.ask(ctx, g, func(ctx context.Context) ([]drivers.DiskError, error) {
		var list []struct {
			QDev   string `json:"qdev"`
			Status string `json:"io-status"`
		}
		if err := g.mon.Run(ctx, "query-block", nil, &list); err != nil {
			return nil, err
		}
		var out []drivers.DiskError
		for _, e := range list {
			k := g.diskOfDevice(e.QDev)
			switch {
			case k == nil:
			case e.Status == "nospace":
				out = append(out, drivers.DiskError{Disk: k.Target.Dev, Code: vir.DomainDiskErrorNoSpace})
			case e.Status == "failed":
				out = append(out, drivers.DiskError{Disk: k.Target.Dev, Code: vir.DomainDiskErrorUnspec})
			}
		}
		return out, nil
	})
	return list, g.monitorError(err)
}

// BlockInfo measures an image: the guest is asked how large the disk is, the
// host what the file takes.
func (b *Backend) BlockInfo(ctx context.Context, d *domxml.Domain, guest drivers.Guest, disk string) (drivers.BlockInfo, error) {
	k := d.DiskByTarget(disk)
	if k == nil {
		return drivers.BlockInfo{}, errArgument("invalid path %s not assigned to domain", disk)
	}
	path := ""
	if k.Source != nil && (k.Type == domxml.DiskFile || k.Type == domxml.DiskBlock) {
		path = k.Source.File + k.Source.Dev
	}
	if g, ok := guest.(*Guest); ok && k.Source != nil {
		path = g.path(k)
	} else if k.Type == domxml.DiskVolume && k.Source != nil {
		// The reference looks for the volume when the guest starts, too.
		return drivers.BlockInfo{}, vir.Errorf(vir.FromStorage, vir.ErrInternalError, "missing storage backend for 'volume' storage")
	}
	if path == "" && (k.Source == nil || k.Type != domxml.DiskNetwork) {
		return drivers.BlockInfo{}, errArgument("disk '%s' does not currently have a source assigned", disk)
	}
	i := drivers.BlockInfo{}
	if path != "" {
		var err error
		if i, err = measure(k, path); err != nil {
			return drivers.BlockInfo{}, err
		}
	}
	g, ok := guest.(*Guest)
	if !ok {
		return i, nil
	}
	all, err := g.figures(ctx)
	if err != nil {
		return drivers.BlockInfo{}, g.monitorError(err)
	}
	if f := all[disk].images; len(f) > 0 {
		i.Capacity, i.Allocation = f[0].capacity, f[0].highest
		if i.Allocation == 0 {
			i.Allocation = f[0].physical
		}
		if i.Physical == 0 {
			i.Physical = f[0].physical
		}
	}
	return i, nil
}

// measure looks at a file or device of the host, and into it where the
// document names a format that has a size in its header.
func measure(k *domxml.Disk, path string) (i drivers.BlockInfo, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return i, errSystem(vir.FromQEMU, err, "Failed to open file '%s'", path)
	}
	defer f.Close()
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		return i, errSystem(vir.FromQEMU, err, "cannot stat fd of file '%s'", path)
	}
	i.Physical, i.Allocation = uint64(s.Size), uint64(s.Blocks)*512
	if s.Mode&unix.S_IFMT == unix.S_IFBLK {
		end, err := f.Seek(0, 2)
		if err != nil {
			return i, errSystem(vir.FromQEMU, err, "failed to seek to end of %s", path)
		}
		i.Physical = uint64(end)
		i.Allocation = i.Physical
	}
	i.Capacity = i.Physical
	if k.Driver != nil && k.Driver.Type != "" && k.Driver.Type != "raw" {
		info, err := diskimage.Probe(f, int64(i.Physical))
		if err == nil && info.Format == k.Driver.Type {
			i.Capacity = info.Capacity
		}
	}
	return i, nil
}

var _ drivers.BlockTimer = (*Guest)(nil)

// BlockTimes: the emulator counts flushes and times.
func (*Guest) BlockTimes() {}
