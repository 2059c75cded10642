package remote_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// virshTable has what stock virsh needs for a list and for streams.
func virshTable(uploaded chan<- []byte) *proc.Table {
	demo := remoteproto.Domain{Name: "demo", UUID: remoteproto.UUID{1}, ID: 3}
	t := newTable()
	proc.Bind(t, remoteproto.ConnectRegisterCloseCallback, nil,
		func(context.Context, *proc.Call, *proc.Void) (*proc.Void, error) { return nil, nil })
	proc.Bind(t, remoteproto.ConnectUnregisterCloseCallback, nil,
		func(context.Context, *proc.Call, *proc.Void) (*proc.Void, error) { return nil, nil })
	proc.Bind(t, remoteproto.ConnectListAllDomains, nil,
		func(context.Context, *proc.Call, *remoteproto.ConnectListAllDomainsArgs) (*remoteproto.ConnectListAllDomainsRet, error) {
			return &remoteproto.ConnectListAllDomainsRet{Domains: []remoteproto.Domain{demo}, Ret: 1}, nil
		})
	proc.Bind(t, remoteproto.DomainGetState, nil,
		func(context.Context, *proc.Call, *remoteproto.DomainGetStateArgs) (*remoteproto.DomainGetStateRet, error) {
			return &remoteproto.DomainGetStateRet{State: 1}, nil
		})
	proc.Bind(t, remoteproto.DomainLookupByName, nil,
		func(context.Context, *proc.Call, *remoteproto.DomainLookupByNameArgs) (*remoteproto.DomainLookupByNameRet, error) {
			return &remoteproto.DomainLookupByNameRet{Dom: demo}, nil
		})
	proc.Bind(t, remoteproto.DomainScreenshot, nil,
		func(_ context.Context, c *proc.Call, _ *remoteproto.DomainScreenshotArgs) (*remoteproto.DomainScreenshotRet, error) {
			c.ServeStream(func(_ context.Context, s proc.Stream) error {
				_, err := s.Write(picture)
				return err
			})
			mime := "image/png"
			return &remoteproto.DomainScreenshotRet{Mime: &mime}, nil
		})
	proc.Bind(t, remoteproto.StoragePoolLookupByName, nil,
		func(_ context.Context, _ *proc.Call, a *remoteproto.StoragePoolLookupByNameArgs) (*remoteproto.StoragePoolLookupByNameRet, error) {
			return &remoteproto.StoragePoolLookupByNameRet{Pool: remoteproto.StoragePool{Name: a.Name}}, nil
		})
	proc.Bind(t, remoteproto.StoragePoolIsActive, nil,
		func(context.Context, *proc.Call, *remoteproto.StoragePoolIsActiveArgs) (*remoteproto.StoragePoolIsActiveRet, error) {
			return &remoteproto.StoragePoolIsActiveRet{Active: 1}, nil
		})
	proc.Bind(t, remoteproto.StorageVolLookupByName, nil,
		func(_ context.Context, _ *proc.Call, a *remoteproto.StorageVolLookupByNameArgs) (*remoteproto.StorageVolLookupByNameRet, error) {
			return &remoteproto.StorageVolLookupByNameRet{Vol: remoteproto.StorageVol{Pool: a.Pool.Name, Name: a.Name, Key: "/" + a.Name}}, nil
		})
	proc.Bind(t, remoteproto.StorageVolDownload, nil,
		func(_ context.Context, c *proc.Call, a *remoteproto.StorageVolDownloadArgs) (*proc.Void, error) {
			c.ServeStream(func(_ context.Context, s proc.Stream) error {
				if _, err := s.Write(picture); err != nil || a.Flags == 0 {
					return err
				}
				if err := s.WriteHole(1 << 20); err != nil {
					return err
				}
				_, err := s.Write([]byte("end"))
				return err
			})
			return nil, nil
		})
	proc.Bind(t, remoteproto.StorageVolUpload, nil,
		func(_ context.Context, c *proc.Call, _ *remoteproto.StorageVolUploadArgs) (*proc.Void, error) {
			c.ServeStream(func(_ context.Context, s proc.Stream) error {
				b, err := io.ReadAll(s)
				uploaded <- b
				return err
			})
			return nil, nil
		})
	return t
}

// picture stands for data of some size.
var picture = append([]byte("\x89PNG"), bytes.Repeat([]byte("pixels"), 100_000)...)

// TestStockVirsh lets libvirt's own client judge: if virsh is content, framing,
// order and stream semantics are right.
func TestStockVirsh(t *testing.T) {
	if _, err := exec.LookPath("virsh"); err != nil {
		if os.Getenv("GOVIRTD_CI") != "" {
			t.Fatal("virsh is missing")
		}
		t.Skip("virsh is not installed (package libvirt-clients)")
	}
	uploaded := make(chan []byte, 1)
	_, path := startServer(t, virshTable(uploaded), quietOptions())
	dir := t.TempDir()
	virsh := func(args ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, "virsh", append([]string{"-k", "1", "-c", "test+unix:///default?socket=" + path}, args...)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("virsh %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out := virsh("list"); !strings.Contains(out, " 3    demo   running") {
		t.Errorf("list:\n%s", out)
	}
	shot := filepath.Join(dir, "shot.png")
	virsh("screenshot", "demo", shot)
	if b, err := os.ReadFile(shot); !bytes.Equal(b, picture) {
		t.Errorf("screenshot: %d bytes, %v", len(b), err)
	}
	plain, sparse := filepath.Join(dir, "plain"), filepath.Join(dir, "sparse")
	virsh("vol-download", "--pool", "p", "v", plain)
	if b, err := os.ReadFile(plain); !bytes.Equal(b, picture) {
		t.Errorf("download: %d bytes, %v", len(b), err)
	}
	virsh("vol-download", "--sparse", "--pool", "p", "v", sparse)
	want := append(append(bytes.Clone(picture), make([]byte, 1<<20)...), "end"...)
	if b, err := os.ReadFile(sparse); !bytes.Equal(b, want) {
		t.Errorf("sparse download: %d bytes, %v", len(b), err)
	}
	virsh("vol-upload", "--pool", "p", "v", plain)
	if b := <-uploaded; !bytes.Equal(b, picture) {
		t.Errorf("upload: %d bytes", len(b))
	}
	virsh("vol-upload", "--sparse", "--pool", "p", "v", sparse)
	if b := <-uploaded; !bytes.Equal(b, want) {
		t.Errorf("sparse upload: %d bytes", len(b))
	}
}
