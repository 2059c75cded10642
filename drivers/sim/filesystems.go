package sim

import (
	"context"
	"slices"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.FileSystems = (*Guest)(nil)

// FileSystems are two, both on the last disk; none without a disk.
func (g *Guest) FileSystems(context.Context) ([]drivers.FileSystem, error) {
	_, disks := g.diskNames()
	if len(disks) == 0 {
		return nil, nil
	}
	disk := disks[len(disks)-1]
	return []drivers.FileSystem{
		{MountPoint: "/", Name: disk + "1", Type: "ext4", Disks: []string{disk}},
		{MountPoint: "/boot", Name: disk + "2", Type: "ext4", Disks: []string{disk}},
	}, nil
}

var mountPoints = []string{"/", "/boot"}

// Freeze freezes what is not frozen and counts it.
func (g *Guest) Freeze(_ context.Context, which []string) (int, error) { return g.freeze(which, true) }

// Thaw thaws what is frozen and counts it.
func (g *Guest) Thaw(_ context.Context, which []string) (int, error) { return g.freeze(which, false) }

// Trim has nothing to give back but checks what it is given. Like freezing it
// knows the mount points of a guest without a disk, too.
func (g *Guest) Trim(_ context.Context, mountPoint *string) error {
	if mountPoint == nil {
		return nil
	}
	return checkMountPoint(*mountPoint)
}

func checkMountPoint(m string) error {
	if !slices.Contains(mountPoints, m) {
		return vir.Errorf(vir.FromTest, vir.ErrOperationInvalid, "mount point not found: %s", m)
	}
	return nil
}

func (g *Guest) freeze(which []string, frozen bool) (int, error) {
	if len(which) == 0 {
		which = mountPoints
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, m := range which {
		if err := checkMountPoint(m); err != nil {
			return 0, err
		}
		if g.frozen[m] != frozen {
			g.frozen[m] = frozen
			n++
		}
	}
	return n, nil
}
