package argv

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// smallPage is the ordinary size of a page in KiB.
const smallPage = 4

// hugePage is the size of the pages of an area in KiB, 0 for ordinary ones.
func (b *builder) hugePage(a memoryArea) (uint64, error) {
	if a.device != nil {
		if s := a.device.Source; s != nil {
			if s.Path != "" {
				return 0, nil
			}
			if s.PageSize != nil {
				if s.PageSize.Value == smallPage {
					return 0, nil
				}
				return s.PageSize.Value, nil
			}
		}
	}
	if b.d.MemoryBacking == nil || b.d.MemoryBacking.HugePages == nil {
		return 0, nil
	}
	pages := b.d.MemoryBacking.HugePages.Pages
	if len(pages) == 0 {
		return b.o.DefaultHugePage, b.needHugePages(b.o.DefaultHugePage)
	}
	size := uint64(0)
	for _, p := range pages {
		if p.NodeSet.Len() == 0 {
			size = p.Size
		}
	}
	cell := max(a.cell, 0)
	if i := slices.IndexFunc(pages, func(p domxml.HugePage) bool { return p.NodeSet.Has(cell) }); i >= 0 {
		size = pages[i].Size
	}
	if size == smallPage {
		return 0, nil
	}
	if size == 0 && slices.ContainsFunc(pages, func(p domxml.HugePage) bool { return p.NodeSet.Len() == 0 }) {
		size = b.o.DefaultHugePage
	}
	return size, nil
}

func (b *builder) needHugePages(size uint64) error {
	if size == 0 {
		return errInternal("hugetlbfs filesystem is not mounted or disabled by administrator config")
	}
	return nil
}

// hugePageDir is the place of huge pages of a size for this guest.
func (b *builder) hugePageDir(size uint64) (string, error) {
	if len(b.o.HugePages) == 0 {
		return "", errInternal("hugetlbfs filesystem is not mounted or disabled by administrator config")
	}
	mount, ok := b.o.HugePages[size]
	if !ok {
		return "", errInternal("Unable to find any usable hugetlbfs mount for %d KiB", size)
	}
	return filepath.Join(mount, "libvirt/qemu", strings.TrimPrefix(filepath.Base(b.o.Lib), "domain-")), nil
}
