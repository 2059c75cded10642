//go:build linux

package qemu

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.MemoryPeeker = (*Guest)(nil)
	_ drivers.NMIInjector  = (*Guest)(nil)
	_ drivers.CoreDumper   = (*Guest)(nil)
	_ drivers.DumpPlacer   = (*Backend)(nil)
)

// PeekMemory reads the guest's memory.
func (g *Guest) PeekMemory(ctx context.Context, start uint64, size int, physical bool) ([]byte, error) {
	command := "memsave"
	if physical {
		command = "pmemsave"
	}
	f, err := g.outputFile(ctx, "qemu.mem", func(path string) error {
		return g.verb(ctx, command, object{"val": start, "size": size, "filename": path}, nil)
	})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, size)
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, errSystem(vir.FromQEMU, err, "failed to read temporary file created with template %s", f.Name())
	}
	return b, nil
}

// InjectNMI injects a non-maskable interrupt.
func (g *Guest) InjectNMI(ctx context.Context) error { return g.verb(ctx, "inject-nmi", nil, nil) }

// dumpFormats are the emulator's words by virDomainCoreDumpFormat.
var dumpFormats = []string{"elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp"}

// DumpPath is where the memory of a crashed guest goes.
func (b *Backend) DumpPath(domain string, id int32) (string, error) {
	return filepath.Join(b.cfg.Dirs.Lib, "dump", argv.ShortName(id, domain)+"-"+time.Now().Format("2006-01-02-15:04:05")), nil
}

// DumpCore writes the guest's memory to a file of the host, which the emulator
// gets open. It takes as long as it takes.
func (g *Guest) DumpCore(ctx context.Context, path string, format vir.DomainCoreDumpFormat) error {
	if int(format) >= len(dumpFormats) {
		return errArgument("unknown dumpformat '%d'", format)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return errSystem(vir.FromQEMU, err, "failed to create '%s'", path)
	}
	defer f.Close()
	ctx = qmp.WithOwner(ctx, drivers.Caller(ctx))
	const name = "dump"
	if err := g.monitorError(g.mon.RunFiles(ctx, "getfd", object{"fdname": name}, nil, f)); err != nil {
		return err
	}
	err = g.monitorError(g.mon.Run(ctx, "dump-guest-memory", object{"paging": false, "protocol": "fd:" + name, "format": dumpFormats[format]}, nil))
	if err != nil {
		// What is there is of no use.
		_ = os.Remove(path)
	}
	return err
}
