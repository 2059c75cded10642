//go:build linux

package keep

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/govirtd/govirtd/protocol/vir"
)

// write puts a text in the place of whatever is at path, or fails and leaves
// that. One writer at a time may be at work at one path.
func (p *place) write(path string, text []byte) error {
	beside := path + ".new"
	// What a crash has left may be anything, a link included.
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return system(vir.FromNone, err, "Failed to create file '%s'", beside)
	}
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return system(vir.FromNone, err, "Failed to create file '%s'", beside)
	}
	_, err = f.Write(text)
	if err == nil && !p.passing {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(beside)
		return system(vir.FromNone, err, "Failed to write file '%s'", beside)
	}
	if err := os.Rename(beside, path); err != nil {
		os.Remove(beside)
		return system(vir.FromNone, err, "Unable to rename '%s' to '%s'", beside, path)
	}
	if p.passing {
		return nil
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return system(vir.FromNone, err, "Unable to sync '%s'", filepath.Dir(path))
	}
	return nil
}

// remove makes sure that there is nothing at path; what says that it failed.
func (p *place) remove(path string, domain vir.ErrorDomain, what string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !p.passing {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return system(domain, err, what, path)
	}
	return nil
}

// replaceLink makes link lead to path, whatever it is now.
func replaceLink(path, link string) error {
	if to, err := os.Readlink(link); err == nil && to == path {
		return nil
	}
	beside := link + ".new"
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(path, beside); err != nil {
		return err
	}
	if err := os.Rename(beside, link); err != nil {
		os.Remove(beside)
		return err
	}
	return syncFolder(filepath.Dir(link))
}

// makeFolder makes a folder and what is above it, to stay.
func makeFolder(dir string, mode os.FileMode) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(dir)
	if err := makeFolder(above, 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(above)
}

// syncFolder forces the names in a folder to the disk.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
