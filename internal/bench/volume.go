package bench

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/xdr"
)

var volumes = []Workload{
	{Name: "vol-upload", About: "upload a volume", By: Bytes, Target: 2, Prepare: moving(upload)},
	{Name: "vol-download", About: "download a volume", By: Bytes, Target: 2, Prepare: moving(download)},
}

// volumeSize is the size of the volume that is moved.
const volumeSize = 256 << 20

// moving makes a volume in a folder pool of real storage, and where a daemon
// has none, in its simulated pool: the reference's simulation refuses content.
func moving(move func(c *conn, vol remoteproto.StorageVol) error) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		c, pool, err := t.pool()
		if err != nil {
			return nil, err
		}
		create := request(remoteproto.StorageVolCreateXML, &remoteproto.StorageVolCreateXMLArgs{
			Pool: pool,
			XML:  fmt.Sprintf("<volume><name>bench.img</name><capacity>%d</capacity><target><format type='raw'/></target></volume>", volumeSize),
		})
		var ret remoteproto.StorageVolCreateXMLRet
		if err := c.result(create, &ret); err != nil {
			return nil, err
		}
		t.later(func() { c.call(request(remoteproto.StorageVolDelete, &remoteproto.StorageVolDeleteArgs{Vol: ret.Vol})) })
		if err := upload(c, ret.Vol); err != nil { // so that no hole is read, and no block allocated while it is measured
			return nil, err
		}
		return func(d time.Duration) (Sample, error) {
			s, err := t.measured([]*conn{c}, func(c *conn) error { return move(c, ret.Vol) })(d)
			s.Ops *= volumeSize
			return s, err
		}, nil
	}
}

// pool makes a folder pool in real storage, or else in the world of the target's own URI.
func (t *Target) pool() (*conn, remoteproto.StoragePool, error) {
	c, err := t.connectTo(guestURI)
	if err == nil {
		t.later(func() { c.Close() })
		var dir string
		if dir, err = os.MkdirTemp(t.folder(), "pool"); err != nil {
			return nil, remoteproto.StoragePool{}, err
		}
		t.later(func() { os.RemoveAll(dir) })
		pool, err := t.poolAt(c, dir)
		if err == nil || t.Reference {
			return c, pool, err
		}
	}
	if t.Reference {
		return nil, remoteproto.StoragePool{}, &Cannot{"the reference has no real storage: " + err.Error()}
	}
	if c, err = t.openOne(); err != nil {
		return nil, remoteproto.StoragePool{}, err
	}
	pool, err := t.poolAt(c, "/bench")
	return c, pool, err
}

func (t *Target) poolAt(c *conn, dir string) (remoteproto.StoragePool, error) {
	var ret remoteproto.StoragePoolCreateXMLRet
	err := c.result(request(remoteproto.StoragePoolCreateXML, &remoteproto.StoragePoolCreateXMLArgs{
		XML: "<pool type='dir'><name>bench</name><target><path>" + dir + "</path></target></pool>",
	}), &ret)
	if err == nil {
		t.later(func() {
			c.call(request(remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: ret.Pool}))
		})
	}
	return ret.Pool, err
}

// folder is where the daemon and we both see the same files.
func (t *Target) folder() string {
	if t.running != nil {
		return t.running.dir
	}
	return ""
}

// result makes a call and decodes what it gives.
func (c *conn) result(req []byte, ret xdr.Value) error {
	if err := c.call(req); err != nil {
		return err
	}
	r := xdr.NewReader(c.p.Payload)
	ret.DecodeXDR(r)
	return r.Err()
}

// piece is a stream packet of a call.
func piece(info *proc.Info, status netpkt.Status, n int) []byte {
	h := netpkt.Header{Program: info.Program.Number, Version: info.Program.Version, Procedure: info.Number, Type: netpkt.Stream, Status: status}
	return append(h.Append(nil, n), strings.Repeat("x", n)...)
}

var (
	uploadPiece    = piece(remoteproto.StorageVolUpload.Info, netpkt.StatusContinue, netpkt.StreamChunk)
	uploadFinish   = piece(remoteproto.StorageVolUpload.Info, netpkt.StatusOK, 0)
	downloadFinish = piece(remoteproto.StorageVolDownload.Info, netpkt.StatusOK, 0)
)

func upload(c *conn, vol remoteproto.StorageVol) error {
	if err := c.call(request(remoteproto.StorageVolUpload, &remoteproto.StorageVolUploadArgs{Vol: vol})); err != nil {
		return err
	}
	for left := volumeSize; left > 0; left -= netpkt.StreamChunk {
		p := uploadPiece
		if left < netpkt.StreamChunk {
			p = piece(remoteproto.StorageVolUpload.Info, netpkt.StatusContinue, left)
		}
		if _, err := c.Write(p); err != nil {
			return err
		}
	}
	return c.endStream(uploadFinish)
}

func download(c *conn, vol remoteproto.StorageVol) error {
	if err := c.call(request(remoteproto.StorageVolDownload, &remoteproto.StorageVolDownloadArgs{Vol: vol})); err != nil {
		return err
	}
	for got := 0; ; {
		if err := c.nextPiece(); err != nil {
			return err
		}
		if len(c.p.Payload) == 0 {
			if got != volumeSize {
				return fmt.Errorf("%d bytes came of %d", got, volumeSize)
			}
			return c.endStream(downloadFinish)
		}
		got += len(c.p.Payload)
	}
}

// endStream tells that the stream is over and waits until it is.
func (c *conn) endStream(finish []byte) error {
	if _, err := c.Write(finish); err != nil {
		return err
	}
	for {
		if err := c.nextPiece(); err != nil || c.p.Status == netpkt.StatusOK {
			return err
		}
	}
}

// nextPiece reads the next packet of a stream.
func (c *conn) nextPiece() error {
	if err := c.next(); err != nil {
		return err
	}
	if c.p.Status == netpkt.StatusError {
		e, err := netpkt.DecodeError(c.p.Payload)
		if err != nil {
			return err
		}
		return e
	}
	return nil
}
