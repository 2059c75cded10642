// Package cpumap knows models of CPUs: which features they have, and which
// model describes a set of features best.
//
// The facts come from the files that libvirt itself installs
// (/usr/share/libvirt/cpu_map); none are in this package. The rules are those
// that libvirt 11.3.0 shows to its clients.
//
// A Map never changes after it has been read and may be used from any
// goroutine.
package cpumap

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Dir is where libvirt installs its map.
const Dir = "/usr/share/libvirt/cpu_map"

// maxFile bounds a file of the map.
const maxFile = 4 << 20

// Map is what is known of CPUs.
type Map struct {
	x86   *x86Map
	ppc64 *plainMap
}

// plainMap is an architecture whose models have a vendor and nothing else.
type plainMap struct {
	models  []string
	vendors map[string]bool
	vendor  map[string]string // of a model
}

// The files, as far as we read them.
type (
	indexFile struct {
		Arches []struct {
			Name     string        `xml:"name,attr"`
			Includes []includeFile `xml:"include"`
			Groups   []struct {
				Includes []includeFile `xml:"include"`
			} `xml:"group"`
		} `xml:"arch"`
	}
	includeFile struct {
		Filename string `xml:"filename,attr"`
	}
	partFile struct {
		Vendors []struct {
			Name   string `xml:"name,attr"`
			String string `xml:"string,attr"` // what the processor says
		} `xml:"vendor"`
		Features []featureElement `xml:"feature"`
		Models   []modelElement   `xml:"model"`
	}
	featureElement struct {
		Name       string         `xml:"name,attr"`
		Migratable string         `xml:"migratable,attr"`
		CPUIDs     []cpuidElement `xml:"cpuid"`
		MSRs       []msrElement   `xml:"msr"`
	}
	cpuidElement struct {
		EAXIn string `xml:"eax_in,attr"`
		ECXIn string `xml:"ecx_in,attr"`
		EAX   string `xml:"eax,attr"`
		EBX   string `xml:"ebx,attr"`
		ECX   string `xml:"ecx,attr"`
		EDX   string `xml:"edx,attr"`
	}
	msrElement struct {
		Index string `xml:"index,attr"`
		EAX   string `xml:"eax,attr"`
		EDX   string `xml:"edx,attr"`
	}
	modelElement struct {
		Name   string `xml:"name,attr"`
		Decode *struct {
			Host  string `xml:"host,attr"`
			Guest string `xml:"guest,attr"`
		} `xml:"decode"`
		Check *struct {
			Partial string `xml:"partial,attr"`
		} `xml:"check"`
		Signatures []struct {
			Family   uint   `xml:"family,attr"`
			Model    uint   `xml:"model,attr"`
			Stepping string `xml:"stepping,attr"` // 0-3,7; all of them where it is missing
		} `xml:"signature"`
		Base *struct {
			Name string `xml:"name,attr"`
		} `xml:"model"`
		Vendor *struct {
			Name string `xml:"name,attr"`
		} `xml:"vendor"`
		Features []struct {
			Name    string `xml:"name,attr"`
			Added   string `xml:"added,attr"`
			Removed string `xml:"removed,attr"`
		} `xml:"feature"`
	}
)

// Load reads the map in a folder.
func Load(dir string) (*Map, error) {
	var index indexFile
	if err := readFile(filepath.Join(dir, "index.xml"), &index); err != nil {
		return nil, err
	}
	m := &Map{x86: newX86Map(), ppc64: &plainMap{vendors: map[string]bool{}, vendor: map[string]string{}}}
	for _, a := range index.Arches {
		if a.Name != "x86" && a.Name != "ppc64" {
			continue
		}
		includes := a.Includes
		for _, g := range a.Groups {
			includes = append(includes, g.Includes...)
		}
		for _, inc := range includes {
			var part partFile
			if err := readFile(filepath.Join(dir, filepath.Base(inc.Filename)), &part); err != nil {
				return nil, err
			}
			var err error
			if a.Name == "x86" {
				err = m.x86.add(&part)
			} else {
				m.ppc64.add(&part)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", inc.Filename, err)
			}
		}
	}
	return m, nil
}

func readFile(path string, v any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := xml.NewDecoder(io.LimitReader(f, maxFile)).Decode(v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (p *plainMap) add(part *partFile) {
	for _, v := range part.Vendors {
		p.vendors[v.Name] = true
	}
	for _, m := range part.Models {
		p.models = append(p.models, m.Name)
		if m.Vendor != nil {
			p.vendor[m.Name] = m.Vendor.Name
		}
	}
}

// cached are the maps that have been read, by their folders.
var (
	cached   = map[string]*Map{}
	cachedMu sync.Mutex
)

// Cached is Load, which reads a folder only once unless that fails.
func Cached(dir string) (*Map, error) {
	cachedMu.Lock()
	defer cachedMu.Unlock()
	if m := cached[dir]; m != nil {
		return m, nil
	}
	m, err := Load(dir)
	if err == nil {
		cached[dir] = m
	}
	return m, err
}
