//go:build linux

package storage

import (
	"context"
	"os"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// makeFileSystem formats the device of a pool. Without overwrite it refuses a
// device on which there is something.
func (s *Storage) makeFileSystem(ctx context.Context, pool *domxml.StoragePool, overwrite bool) error {
	if len(pool.Source.Devices) == 0 || pool.Type != domxml.StoragePoolFS {
		return errInvalidOperation("No source device specified when formatting pool '%s'", pool.Name)
	}
	device := pool.Source.Devices[0].Path
	if _, err := os.Stat(device); device == "" || err != nil {
		return errInvalidOperation("Source device does not exist when formatting pool '%s'", pool.Name)
	}
	format := pool.Source.Format.Type
	if !overwrite {
		if err := s.checkEmpty(ctx, device, format); err != nil {
			return err
		}
	}
	c := &command{name: "mkfs", args: []string{"-t", format}}
	// The tools that would ask must not.
	switch {
	case strings.HasPrefix(format, "ext"):
		c.args = append(c.args, "-F")
	case format == "xfs" || format == "ocfs2":
		c.args = append(c.args, "-f")
	}
	c.args = append(c.args, device)
	_, _, err := s.run(ctx, c)
	return err
}

// checkEmpty asks blkid(8) what is on a device.
func (s *Storage) checkEmpty(ctx context.Context, device, format string) error {
	out, status, err := s.run(ctx, &command{name: "blkid", args: []string{"-p", "-o", "value", "-s", "TYPE", "-s", "PTTYPE", device}})
	if status == 2 {
		return nil // nothing that it knows
	}
	if err != nil {
		return vir.Errorf(vir.FromStorage, vir.ErrStorageProbeFailed, "Failed to probe for format type '%s'", format)
	}
	found := strings.TrimSpace(string(out))
	switch found {
	case "":
		return nil
	case format:
		return vir.Errorf(vir.FromStorage, vir.ErrStoragePoolBuilt, "Device '%s' already formatted using '%s'", device, format)
	}
	return vir.Errorf(vir.FromStorage, vir.ErrStoragePoolBuilt,
		"Format of device '%s' does not match the expected format '%s', forced overwrite is necessary", device, format)
}
