package engine

import (
	"context"
	"errors"
	"io"
	"math"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindVolumeContent(b *binder) {
	needing[drivers.StorageVolumeContents](onVolume(b, remoteproto.StorageVolUpload,
		func(a *remoteproto.StorageVolUploadArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolUpload).
		knows(uint32(vir.StorageVolUploadSparseStream)))
	needing[drivers.StorageVolumeContents](onVolume(b, remoteproto.StorageVolDownload,
		func(a *remoteproto.StorageVolDownloadArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolDownload).
		knows(uint32(vir.StorageVolDownloadSparseStream)))
}

func (h *Host) openVolume(ctx context.Context, v volumeCall) (drivers.StorageVolumeContent, error) {
	return h.backend.(drivers.StorageVolumeContents).OpenStorageVolume(ctx, v.pool.load().def, v.doc)
}

// span is the part of a volume that a stream is about: from offset, length
// bytes or, with 0, as many as there are.
func span(offset, length uint64) (from, end int64, err error) {
	if offset > math.MaxInt64 || length > math.MaxInt64-offset {
		return 0, 0, vir.Errorf(vir.FromStorage, vir.ErrOverflow, "value too large: %d", max(offset, length))
	}
	if length == 0 {
		return int64(offset), math.MaxInt64, nil
	}
	return int64(offset), int64(offset + length), nil
}

// storageVolDownload sends a part of a volume, its gaps as holes with
// VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM.
func storageVolDownload(c *call, v volumeCall, a *remoteproto.StorageVolDownloadArgs) (*proc.Void, error) {
	from, end, err := span(a.Offset, a.Length)
	if err != nil {
		return nil, err
	}
	if err := v.vol.mustBeBuilt(); err != nil {
		return nil, err
	}
	content, err := c.host.openVolume(c, v)
	if err != nil {
		return nil, err
	}
	sparse := a.Flags&uint32(vir.StorageVolDownloadSparseStream) != 0
	c.ServeStream(func(ctx context.Context, s proc.Stream) error {
		defer content.Close()
		return download(ctx, s, content, from, min(end, content.Size()), sparse)
	})
	return nil, nil
}

// volumePiece is how much of a volume is read at once: what goes into one packet.
const volumePiece = netpkt.StreamChunk

func download(ctx context.Context, s proc.Stream, content drivers.StorageVolumeContent, at, end int64, sparse bool) error {
	buf := make([]byte, volumePiece)
	for at < end && ctx.Err() == nil {
		data, stop := at, end
		if sparse {
			var err error
			if data, stop, err = content.NextData(at); err != nil {
				return err
			}
			data, stop = min(data, end), min(stop, end)
			if data > at {
				if err := s.WriteHole(data - at); err != nil {
					return err
				}
			}
			at = data
		}
		for at < stop && ctx.Err() == nil {
			n, err := content.ReadAt(buf[:min(int64(len(buf)), stop-at)], at)
			if n == 0 {
				if err == io.EOF {
					return nil // somebody has made it smaller
				}
				return err
			}
			if _, err := s.Write(buf[:n]); err != nil {
				return err
			}
			at += int64(n)
		}
	}
	return ctx.Err()
}

// storageVolUpload takes a part of a volume; holes are taken on a sparse
// stream only, which the transport sees to. Afterwards the pool is looked at
// again, as the reference's storage driver does.
func storageVolUpload(c *call, v volumeCall, a *remoteproto.StorageVolUploadArgs) (*proc.Void, error) {
	from, end, err := span(a.Offset, a.Length)
	if err != nil {
		return nil, err
	}
	free, err := v.use(c, c.Info.API)
	if err != nil {
		return nil, err
	}
	content, err := c.host.openVolume(c, v)
	if err != nil {
		free()
		return nil, err
	}
	c.ServeStream(func(ctx context.Context, s proc.Stream) error {
		defer content.Close()
		err := upload(s, content, from, end)
		free()
		v.written(context.WithoutCancel(ctx), content)
		return err
	})
	return nil, nil
}

func upload(s proc.Stream, content drivers.StorageVolumeContent, at, end int64) error {
	for {
		data, hole, err := s.ReadPiece()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		n := int64(len(data))
		if data == nil {
			n = hole
		}
		if n > end-at {
			e := vir.Errorf(vir.FromStreams, vir.ErrSystemError, "cannot write to stream: No space left on device")
			e.Int1 = int32(syscall.ENOSPC)
			return e
		}
		if data == nil {
			err = content.PunchHole(at, hole)
		} else {
			_, err = content.WriteAt(data, at)
		}
		if err != nil {
			return err
		}
		at += n
	}
}

// written takes over what a stream has changed: a volume that has grown has
// its new size, and what is stored for it counts.
func (v volumeCall) written(ctx context.Context, content drivers.StorageVolumeContent) {
	done, err := v.pool.job.begin(ctx, remoteproto.StorageVolUpload.Info.API)
	if err != nil {
		return
	}
	defer done()
	_, doc := v.pool.volumes.name(v.doc.Name)
	if doc == nil || !v.pool.load().active {
		return // deleted, or stopped, meanwhile
	}
	if _, ok := v.pool.host.backend.(drivers.StorageVolumeLooker); ok {
		if v.pool.works.Load() > 0 || v.pool.refresh(ctx, nil) != nil {
			_ = v.lookAgain(ctx, true) // the others have to wait
		}
		return
	}
	changed := *doc
	changed.Capacity = domxml.Bytes(max(doc.Capacity.Value, uint64(content.Size())))
	stored := min(uint64(content.Allocated()), changed.Capacity.Value)
	if doc.Allocation.Value >= doc.Capacity.Value {
		stored = changed.Capacity.Value // was allocated in full and stays so
	}
	changed.Allocation = domxml.Bytes(max(doc.Allocation.Value, stored))
	v.pool.volumes.set(v.vol, &changed)
	_ = v.pool.refresh(ctx, nil)
}
