package testpersonality

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// maxWorldFile bounds a world file and each file that it includes.
const maxWorldFile = 64 << 20

// openFile makes a private world from a file: a <node> whose children are
// documents, each perhaps in a file of its own.
func (d Driver) openFile(uri *url.URL) (*drivers.Host, error) {
	f, err := readWorld(uri.Path)
	if err != nil {
		return nil, err
	}
	key := ""
	if d.ShareFiles {
		key = uri.String()
	}
	return &drivers.Host{
		Key:         key,
		URI:         uri.String(),
		Personality: &Personality{capabilities: string(domxml.FormatCapabilities(capabilities(f.host)))},
		Backend:     d.NewBackend(f.host),
		World:       func() (*drivers.World, error) { return f.world() },
	}, nil
}

// worldFile is a read world file.
type worldFile struct {
	host     drivers.SimulatedHost
	domains  [][]byte
	networks [][]byte
	// objects are the other documents.
	objects []element
}

func errWorld(format string, args ...any) error {
	return vir.Errorf(vir.FromTest, vir.ErrXMLError, format, args...)
}

// readFile reads a bounded file.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errFile(path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxWorldFile+1))
	if err != nil {
		return nil, errFile(path, err)
	}
	if len(b) > maxWorldFile {
		return nil, errWorld("file '%s' is larger than %d bytes", path, maxWorldFile)
	}
	return b, nil
}

// errFile is the error of the system, with its number.
func errFile(path string, err error) error {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return errWorld("failed to read '%s': %v", path, err)
	}
	text := number.Error()
	e := vir.Errorf(vir.FromNone, vir.ErrSystemError, "Failed to open file '%s': %s", path, strings.ToUpper(text[:1])+text[1:])
	e.Int1 = int32(number)
	return e
}

func readWorld(path string) (*worldFile, error) {
	doc, err := readFile(path)
	if err != nil {
		return nil, err
	}
	w := &worldFile{host: drivers.SimulatedHost{Node: defaultHost.Node, Online: defaultHost.Online}}
	children, root, err := elements(doc)
	if err != nil {
		return nil, errWorld("failed to parse xml document '%s'", path)
	}
	if root != "node" {
		return nil, vir.Errorf(vir.FromXML, vir.ErrXMLError, "expecting root element of 'node', not '%s'", root)
	}
	for _, c := range children {
		raw := c.raw
		if c.file != "" {
			file := c.file
			if !filepath.IsAbs(file) {
				file = filepath.Join(filepath.Dir(path), file)
			}
			if raw, err = readFile(file); err != nil {
				return nil, err
			}
		}
		switch c.name {
		case "domain":
			w.domains = append(w.domains, raw)
		case "interface", "device":
			w.objects = append(w.objects, element{name: c.name, raw: raw})
		case "network":
			w.networks = append(w.networks, raw)
		case "cpu":
			if err := w.cpu(raw); err != nil {
				return nil, err
			}
		case "memory":
			var n uint64
			if err := xml.Unmarshal(raw, &n); err != nil {
				return nil, errWorld("invalid node memory")
			}
			w.host.Node.Memory = n
		}
	}
	return w, nil
}

// cpu reads the host's processors.
func (w *worldFile) cpu(raw []byte) error {
	var c struct {
		Nodes   *uint32 `xml:"nodes"`
		Sockets *uint32 `xml:"sockets"`
		Cores   *uint32 `xml:"cores"`
		Threads *uint32 `xml:"threads"`
		Active  *uint32 `xml:"active"`
		MHz     *uint32 `xml:"mhz"`
		Model   string  `xml:"model"`
	}
	if err := xml.Unmarshal(raw, &c); err != nil {
		return errWorld("invalid node cpu: %s", err)
	}
	n := &w.host.Node
	for _, f := range []struct {
		from *uint32
		to   *uint32
	}{{c.Nodes, &n.Nodes}, {c.Sockets, &n.Sockets}, {c.Cores, &n.Cores}, {c.Threads, &n.Threads}, {c.MHz, &n.MHz}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	n.CPUs = n.Nodes * n.Sockets * n.Cores * n.Threads
	if c.Active != nil && *c.Active < n.CPUs {
		n.CPUs = *c.Active
	}
	if c.Model != "" {
		n.Model = c.Model
	}
	return nil
}

// world parses the domains and how they begin, then the networks.
func (w *worldFile) world() (*drivers.World, error) {
	out := &drivers.World{}
	for _, raw := range w.domains {
		d, err := domxml.ParseDomain(raw)
		if err != nil {
			return nil, err
		}
		var ext struct {
			RunState  *int32    `xml:"http://libvirt.org/schemas/domain/test/1.0 runstate"`
			Transient *struct{} `xml:"http://libvirt.org/schemas/domain/test/1.0 transient"`
			Saved     *struct{} `xml:"http://libvirt.org/schemas/domain/test/1.0 hasmanagedsave"`
		}
		if err := xml.Unmarshal(raw, &ext); err != nil {
			return nil, errWorld("%s", err)
		}
		seed := drivers.DomainSeed{
			Domain: d, State: vir.DomainRunning, Transient: ext.Transient != nil,
			ManagedSave: ext.Saved != nil, IOThreads: true,
		}
		if ext.RunState != nil {
			seed.State = vir.DomainState(*ext.RunState)
			if seed.State < vir.DomainNostate || seed.State > vir.DomainPmsuspended {
				// The quotation mark too many is the reference's.
				return nil, errWorld("runstate '%d' out of range'", *ext.RunState)
			}
		}
		if seed.Transient && seed.State == vir.DomainShutoff {
			return nil, errWorld("transient domain cannot have runstate 'shutoff'")
		}
		if seed.ManagedSave && seed.State != vir.DomainShutoff {
			return nil, errWorld("domain with managedsave data can only have runstate 'shutoff'")
		}
		out.Domains = append(out.Domains, seed)
	}
	for _, raw := range w.networks {
		n, err := domxml.ParseNetwork(raw)
		if err != nil {
			return nil, err
		}
		out.Networks = append(out.Networks, n)
	}
	for _, o := range w.objects {
		if err := addObject(out, o.name, o.raw); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// element is a child of the root: its bytes, or the file that it names.
type element struct {
	name, file string
	raw        []byte
}

// elements splits a document into the children of its root.
func elements(doc []byte) (children []element, root string, err error) {
	dec := xml.NewDecoder(bytes.NewReader(doc))
	for {
		start := dec.InputOffset()
		tok, err := dec.Token()
		if err == io.EOF {
			if root == "" {
				return nil, "", fmt.Errorf("no root element")
			}
			return children, root, nil
		}
		if err != nil {
			return nil, "", err
		}
		t, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if root == "" {
			root = t.Name.Local
			continue
		}
		e := element{name: t.Name.Local}
		for _, a := range t.Attr {
			if a.Name.Local == "file" {
				e.file = a.Value
			}
		}
		if err := dec.Skip(); err != nil {
			return nil, "", err
		}
		e.raw = doc[start:dec.InputOffset()]
		children = append(children, e)
	}
}
