package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindVolumeInfo(b *binder) {
	onVolume(b, remoteproto.StorageVolGetInfo,
		func(a *remoteproto.StorageVolGetInfoArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolGetInfo)
	needing[drivers.StorageVolumeContents](onVolume(b, remoteproto.StorageVolGetInfoFlags,
		func(a *remoteproto.StorageVolGetInfoFlagsArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolGetInfoFlags).
		knows(uint32(vir.StorageVolGetPhysical)))
	onVolume(b, remoteproto.StorageVolGetXMLDesc,
		func(a *remoteproto.StorageVolGetXMLDescArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolGetXMLDesc)
	onVolume(b, remoteproto.StorageVolGetPath,
		func(a *remoteproto.StorageVolGetPathArgs) *remoteproto.StorageVol { return &a.Vol },
		func(_ *call, v volumeCall, _ *remoteproto.StorageVolGetPathArgs) (*remoteproto.StorageVolGetPathRet, error) {
			return &remoteproto.StorageVolGetPathRet{Name: v.doc.Target.Path}, nil
		}).quick()
}

// volumeTypes are the numbers of virStorageVolType.
var volumeTypes = map[domxml.StorageVolumeType]vir.StorageVolType{
	domxml.StorageVolumeFile: vir.StorageVolFile, domxml.StorageVolumeBlock: vir.StorageVolBlock, domxml.StorageVolumeDir: vir.StorageVolDir,
	domxml.StorageVolumeNetwork: vir.StorageVolNetwork, domxml.StorageVolumeNetDir: vir.StorageVolNetdir, domxml.StorageVolumePloop: vir.StorageVolPloop,
}

// kind follows from the pool, whatever the volume's document says; the storage
// driver knows better.
func (v volumeCall) kind() int8 {
	t := v.pool.load().def.Type.VolumeKind()
	if v.pool.host.storageDriver() {
		t = v.doc.Type
	}
	return int8(volumeTypes[t])
}

func storageVolGetInfo(c *call, v volumeCall, _ *remoteproto.StorageVolGetInfoArgs) (*remoteproto.StorageVolGetInfoRet, error) {
	if err := v.lookAgain(c, false); err != nil {
		return nil, err
	}
	return &remoteproto.StorageVolGetInfoRet{Type: v.kind(), Capacity: v.doc.Capacity.Value, Allocation: v.doc.Allocation.Value}, nil
}

// storageVolGetInfoFlags gives the size of the image in place of what is
// allocated of it with VIR_STORAGE_VOL_GET_PHYSICAL.
func storageVolGetInfoFlags(c *call, v volumeCall, a *remoteproto.StorageVolGetInfoFlagsArgs) (*remoteproto.StorageVolGetInfoFlagsRet, error) {
	if err := v.lookAgain(c, false); err != nil {
		return nil, err
	}
	out := &remoteproto.StorageVolGetInfoFlagsRet{Type: v.kind(), Capacity: v.doc.Capacity.Value, Allocation: v.doc.Allocation.Value}
	_, looked := c.host.backend.(drivers.StorageVolumeLooker)
	switch {
	case a.Flags&uint32(vir.StorageVolGetPhysical) == 0:
	case looked && v.doc.Physical == nil:
		out.Allocation = 0
	case looked:
		out.Allocation = v.doc.Physical.Value
	default:
		content, err := c.host.openVolume(c, v)
		if err != nil {
			return nil, err
		}
		defer content.Close()
		out.Allocation = uint64(content.Size())
	}
	return out, nil
}

// storageVolGetXMLDesc never says whether copy on write is off, as the
// reference does not.
func storageVolGetXMLDesc(c *call, v volumeCall, _ *remoteproto.StorageVolGetXMLDescArgs) (*remoteproto.StorageVolGetXMLDescRet, error) {
	if err := v.lookAgain(c, false); err != nil {
		return nil, err
	}
	doc := *v.doc
	doc.Target.NoCOW = false
	text, err := domxml.FormatStorageVolume(&doc, 0)
	if err != nil {
		return nil, err
	}
	return &remoteproto.StorageVolGetXMLDescRet{XML: string(text)}, nil
}
