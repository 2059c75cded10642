//go:build linux

package qemu

import (
	"bytes"
	"encoding/xml"
	"fmt"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// A disk may be a volume of a storage pool. Where the volume is, is asked when
// the guest starts, and stays so for its life: the document goes on to name
// pool and volume, and the guest knows their places.

// place is where a volume is.
type place struct {
	typ  domxml.DiskType // file or block
	path string
}

// volumes finds the places of all volumes and puts them into the document.
func (s *start) volumes() error {
	for i := range s.d.Devices.Disks {
		k := &s.d.Devices.Disks[i]
		if k.Type != domxml.DiskVolume || k.Source == nil || k.Source.Pool == "" {
			continue
		}
		if s.b.cfg.Volume == nil {
			return errInternal("there are no storage pools")
		}
		v, err := s.b.cfg.Volume(k.Source.Pool, k.Source.Volume)
		if err != nil {
			return err
		}
		at := place{domxml.DiskFile, v.Target.Path}
		switch v.Type {
		case domxml.StorageVolumeBlock:
			at.typ = domxml.DiskBlock
		case domxml.StorageVolumeFile:
		default:
			return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "disk '%s' cannot be a volume of the type '%s' yet", k.Target.Dev, v.Type)
		}
		if s.g.places == nil {
			s.g.places = map[string]place{}
		}
		s.g.places[k.Target.Dev] = at
		at.put(k)
	}
	return nil
}

// put makes a disk one in that place.
func (p place) put(k *domxml.Disk) {
	k.Type, k.Source.Type = p.typ, p.typ
	k.Source.File, k.Source.Dev = "", ""
	if p.typ == domxml.DiskBlock {
		k.Source.Dev = p.path
	} else {
		k.Source.File = p.path
	}
}

// nameVolumes is the end of volumes: the document names them again.
func (s *start) nameVolumes() {
	for i := range s.d.Devices.Disks {
		k := &s.d.Devices.Disks[i]
		if _, ok := s.g.places[k.Target.Dev]; ok && k.Source != nil {
			k.Type, k.Source.Type = domxml.DiskVolume, domxml.DiskVolume
			k.Source.File, k.Source.Dev = "", ""
		}
	}
}

// path is where the image on top of a disk is.
func (g *Guest) path(k *domxml.Disk) string {
	if g != nil && k.Type == domxml.DiskVolume {
		return g.places[k.Target.Dev].path
	}
	return sourcePath(k.Source)
}

// volumeFiles are the places of the guest's volumes.
func (g *Guest) volumeFiles() (files []string) {
	for _, p := range g.places {
		files = append(files, p.path)
	}
	return files
}

// withPlace writes the place of a volume into the line of its source in a
// status file, as libvirt does.
func (g *Guest) withPlace(line string, k *domxml.Disk) string {
	p, ok := g.places[k.Target.Dev]
	if !ok || k.Type != domxml.DiskVolume {
		return line
	}
	attr := "file"
	if p.typ == domxml.DiskBlock {
		attr = "dev"
	}
	const element = "<source "
	at := bytes.Index([]byte(line), []byte(element)) + len(element)
	return fmt.Sprintf("%sactualType='%s' %s='%s' %s", line[:at], p.typ, attr, escape(p.path), line[at:])
}

// placesIn reads the places of volumes from the document in a status file.
func placesIn(doc []byte) (map[string]place, error) {
	var d struct {
		Disks []struct {
			Source struct {
				ActualType domxml.DiskType `xml:"actualType,attr"`
				File       string          `xml:"file,attr"`
				Dev        string          `xml:"dev,attr"`
			} `xml:"source"`
			Target struct {
				Dev string `xml:"dev,attr"`
			} `xml:"target"`
		} `xml:"devices>disk"`
	}
	if err := xml.Unmarshal(doc, &d); err != nil {
		return nil, err
	}
	var places map[string]place
	for _, k := range d.Disks {
		at := place{k.Source.ActualType, k.Source.File}
		switch at.typ {
		case domxml.DiskFile:
		case domxml.DiskBlock:
			at.path = k.Source.Dev
		default:
			continue
		}
		if places == nil {
			places = map[string]place{}
		}
		places[k.Target.Dev] = at
	}
	return places, nil
}
