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
	"slices"
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
		Key: key,
		URI: uri.String(),
		Personality: &Personality{capabilities: func() string {
			return string(domxml.FormatCapabilities(capabilities(f.host)))
		}},
		Backend: d.NewBackend(f.host),
		World:   func() (*drivers.World, error) { return f.world() },
	}, nil
}

// worldFile is a read world file.
type worldFile struct {
	host     drivers.SimulatedHost
	domains  [][]byte
	networks [][]byte
	// objects are the other documents.
	objects []element
	path    string
	// guarded says that only known users may open it.
	guarded bool
}

func errWorld(format string, args ...any) error {
	return vir.Errorf(vir.FromTest, vir.ErrXMLError, format, args...)
}

// readFile reads a bounded file.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errFile("open", path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxWorldFile+1))
	if err != nil {
		return nil, errFile("read", path, err)
	}
	if len(b) > maxWorldFile {
		return nil, errWorld("file '%s' is larger than %d bytes", path, maxWorldFile)
	}
	return b, domxml.CheckWellFormed(b, path, vir.FromTest)
}

// errFile is the error of the system, with its number.
func errFile(verb, path string, err error) error {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return errWorld("failed to read '%s': %v", path, err)
	}
	text := number.Error()
	e := vir.Errorf(vir.FromNone, vir.ErrSystemError, "Failed to %s file '%s': %s", verb, path, strings.ToUpper(text[:1])+text[1:])
	e.Int1 = int32(number)
	return e
}

// include reads a document that has a file of its own.
func (w *worldFile) include(file string) ([]byte, error) {
	if !filepath.IsAbs(file) {
		// Joined as it is: an empty name is the folder, which the error names.
		file = filepath.Dir(w.path) + "/" + file
	}
	return readFile(file)
}

// document is that of an element, which may be elsewhere.
func (w *worldFile) document(c element) ([]byte, error) {
	if c.included {
		return w.include(c.file)
	}
	return c.raw, nil
}

func readWorld(path string) (*worldFile, error) {
	doc, err := readFile(path)
	if err != nil {
		return nil, err
	}
	w := &worldFile{path: path, host: drivers.SimulatedHost{Node: defaultHost.Node, Online: defaultHost.Online}}
	children, root, err := elements(doc)
	if err != nil {
		return nil, errWorld("failed to parse xml document '%s'", path)
	}
	if root != "node" {
		return nil, vir.Errorf(vir.FromXML, vir.ErrXMLError, "expecting root element of 'node', not '%s'", root)
	}
	for _, c := range children {
		raw, err := w.document(c)
		if err != nil {
			return nil, err
		}
		switch c.name {
		case "domain":
			w.domains = append(w.domains, raw)
		case "interface", "device", "pool":
			w.objects = append(w.objects, element{name: c.name, raw: raw})
		case "network":
			w.networks = append(w.networks, raw)
		case "cpu":
			if err := w.cpu(raw); err != nil {
				return nil, err
			}
		case "memory":
			if err := w.memory(raw); err != nil {
				return nil, err
			}
		case "auth":
			if err := w.auth(raw); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// world parses the domains and how they begin, then the networks and the rest.
func (w *worldFile) world() (*drivers.World, error) {
	out := &drivers.World{}
	for _, raw := range w.domains {
		seed, err := w.domain(raw)
		if err != nil {
			return nil, err
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
		if err := addObject(out, o.name, o.raw, w.document); err != nil {
			return nil, err
		}
	}
	return out, w.credentials()
}

// element is a child of the root: its bytes, or the file that it names.
type element struct {
	name, space, file string
	// included says that there is the name of a file, which may be empty.
	included bool
	raw      []byte
}

// elements splits a document into the children of its root.
func elements(doc []byte) (children []element, root string, err error) {
	dec := xml.NewDecoder(bytes.NewReader(doc))
	var spaces []xml.Attr // declared on the root
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
			for _, a := range t.Attr {
				if a.Name.Space == "xmlns" {
					spaces = append(spaces, a)
				}
			}
			continue
		}
		e := element{name: t.Name.Local, space: t.Name.Space}
		for _, a := range t.Attr {
			if a.Name.Local == "file" {
				e.file = a.Value
				e.included = e.name != "cpu" && e.name != "memory" && e.name != "auth"
			}
		}
		if err := dec.Skip(); err != nil {
			return nil, "", err
		}
		e.raw = declare(doc[start:dec.InputOffset()], t, spaces)
		children = append(children, e)
	}
}

// declare gives an element the prefixes that were declared around it.
func declare(raw []byte, t xml.StartElement, spaces []xml.Attr) []byte {
	at := tagName(raw)
	out := append([]byte(nil), raw[:at]...)
	for _, a := range spaces {
		if !slices.ContainsFunc(t.Attr, func(o xml.Attr) bool { return o.Name == a.Name }) {
			out = append(out, " xmlns:"+a.Name.Local+`="`...)
			var b bytes.Buffer
			_ = xml.EscapeText(&b, []byte(a.Value)) // a buffer takes everything
			out = append(append(out, b.Bytes()...), '"')
		}
	}
	if len(out) == at {
		return raw
	}
	return append(out, raw[at:]...)
}

// tagName is the length of the beginning of an element: <prefix:name.
func tagName(raw []byte) int {
	if i := bytes.IndexAny(raw, " \t\r\n/>"); i > 0 {
		return i
	}
	return len(raw)
}
