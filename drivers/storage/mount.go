//go:build linux

package storage

import (
	"bufio"
	"context"
	"os"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Mounter mounts file systems.
type Mounter interface {
	// Mount mounts source at target. fstype is auto where the kernel is to find
	// out, empty where the source says it.
	Mount(ctx context.Context, source, target, fstype string, options []string) error
	// Unmount undoes it.
	Unmount(ctx context.Context, target string) error
	// Mounted says whether something is mounted at target.
	Mounted(target string) (bool, error)
}

// system is this host.
type system struct{ *Storage }

// Mount runs mount(8), which knows helpers of network file systems and makes
// loop devices for images.
func (s system) Mount(ctx context.Context, source, target, fstype string, options []string) error {
	args := []string{"-o", strings.Join(options, ",")}
	if fstype != "" {
		args = append(args, "-t", fstype)
	}
	_, _, err := s.run(ctx, &command{name: "mount", args: append(args, source, target)})
	return err
}

// Unmount runs umount(8).
func (s system) Unmount(ctx context.Context, target string) error {
	_, _, err := s.run(ctx, &command{name: "umount", args: []string{target}})
	return err
}

// Mounted looks at the mounts of this process.
func (system) Mounted(target string) (bool, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false, systemError(vir.FromStorage, err, "cannot read mount list '%s'", "/proc/self/mountinfo")
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 4 && unescapeMount(fields[4]) == target {
			return true, nil
		}
	}
	return false, nil
}

// unescapeMount undoes what the kernel does to spaces, tabs, newlines and
// backslashes in paths.
var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace

// mount mounts the source of a pool unless there is something already.
func (s *Storage) mount(ctx context.Context, pool *domxml.StoragePool) error {
	source, err := mountSource(pool)
	if err != nil {
		return err
	}
	if there, err := s.cfg.Mounter.Mounted(pool.Target.Path); err != nil || there {
		return err
	}
	options := append([]string{"nodev", "nosuid", "noexec"}, typeOptions(pool)...)
	if pool.MountOptions != nil {
		for _, o := range pool.MountOptions.Options {
			options = append(options, o.Name)
		}
	}
	return s.cfg.Mounter.Mount(ctx, source, pool.Target.Path, mountType(pool), options)
}

func (s *Storage) unmount(ctx context.Context, pool *domxml.StoragePool) error {
	if there, err := s.cfg.Mounter.Mounted(pool.Target.Path); err != nil || !there {
		return err
	}
	return s.cfg.Mounter.Unmount(ctx, pool.Target.Path)
}

// mountType is what mount is told about the source.
func mountType(pool *domxml.StoragePool) string {
	t := ""
	if pool.Source.Format != nil {
		t = pool.Source.Format.Type
	}
	if pool.Type == domxml.StoragePoolNetFS && t == "auto" {
		return ""
	}
	return t
}

// mountSource is what is to be mounted.
func mountSource(pool *domxml.StoragePool) (string, error) {
	src := &pool.Source
	if pool.Type == domxml.StoragePoolFS {
		if len(src.Devices) != 1 {
			return "", errConfig("expected exactly 1 device for the storage pool")
		}
		return src.Devices[0].Path, nil
	}
	if len(src.Hosts) != 1 {
		return "", errConfig("expected exactly 1 host for the storage pool")
	}
	dir := ""
	if src.Dir != nil {
		dir = src.Dir.Path
	}
	if mountType(pool) == "cifs" {
		return "//" + src.Hosts[0].Name + "/" + dir, nil
	}
	return src.Hosts[0].Name + ":" + dir, nil
}

// typeOptions are those that a kind of network file system needs.
func typeOptions(pool *domxml.StoragePool) []string {
	if pool.Type != domxml.StoragePoolNetFS {
		return nil
	}
	switch mountType(pool) {
	case "glusterfs":
		return []string{"direct-io-mode=1"}
	case "cifs":
		return []string{"guest"}
	}
	if p := pool.Source.Protocol; p != nil && p.Version != "" {
		return []string{"nfsvers=" + p.Version}
	}
	return nil
}
