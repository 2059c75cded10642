package blockchain

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

func errInternal(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrInternalError, format, args...)
}

// backing is the image that a header names: a path, one beside the image, an
// address, or a description in JSON. It is nil for a place that documents have
// no words for, which is left to the emulator.
func backing(name, image string) (*domxml.BackingStore, error) {
	if text, ok := strings.CutPrefix(name, "json:"); ok {
		return described(text)
	}
	if scheme, _, ok := strings.Cut(name, ":"); ok && !strings.ContainsAny(scheme, "/\\") && scheme != "" {
		return addressed(name, scheme)
	}
	return stored(beside(image, name)), nil
}

func stored(path string) *domxml.BackingStore {
	return &domxml.BackingStore{Type: domxml.DiskFile, Source: &domxml.DiskSource{Type: domxml.DiskFile, File: path}}
}

func network(s domxml.DiskSource) *domxml.BackingStore {
	s.Type = domxml.DiskNetwork
	return &domxml.BackingStore{Type: domxml.DiskNetwork, Source: &s}
}

// defaultPorts are those of protocols whose addresses may leave them out.
var defaultPorts = map[string]uint{"nbd": 10809, "http": 80, "https": 443, "ftp": 21, "ftps": 990, "tftp": 69, "ssh": 22, "iscsi": 3260, "gluster": 24007}

// addressed is an image behind a URL.
func addressed(name, scheme string) (*domxml.BackingStore, error) {
	protocol, transport, _ := strings.Cut(scheme, "+")
	switch protocol {
	case "nbd", "http", "https", "ftp", "ftps", "tftp", "iscsi", "gluster", "nfs":
	case "ssh", "rbd", "sheepdog", "vxhs":
		return nil, nil
	default:
		return nil, errInternal("invalid backing protocol '%s'", protocol)
	}
	u, err := url.Parse(name)
	if err != nil {
		return nil, errInternal("failed to parse backing file location '%s'", name)
	}
	if protocol == "nbd" && u.Opaque != "" {
		return nbdOpaque(u.Opaque, name)
	}
	s := domxml.DiskSource{Protocol: protocol, Name: strings.TrimPrefix(u.Path, "/")}
	if protocol == "nfs" || protocol == "gluster" {
		s.Name = u.Path
	}
	h := domxml.DiskHost{Name: u.Hostname(), Port: defaultPorts[protocol]}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return nil, errInternal("failed to parse backing file location '%s'", name)
		}
		h.Port = uint(n)
	}
	if transport == "unix" {
		h = domxml.DiskHost{Transport: "unix", Socket: u.Query().Get("socket")}
	} else {
		s.Query = u.RawQuery
	}
	s.Hosts = []domxml.DiskHost{h}
	return network(s), nil
}

// nbdOpaque is nbd:HOST:PORT[:exportname=NAME] or nbd:unix:PATH[:exportname=NAME].
func nbdOpaque(text, name string) (*domxml.BackingStore, error) {
	s := domxml.DiskSource{Protocol: "nbd"}
	text, export, _ := strings.Cut(text, ":exportname=")
	s.Name = export
	host, rest, ok := strings.Cut(text, ":")
	if !ok {
		return nil, errInternal("missing remote information in '%s' for protocol nbd", name)
	}
	if host == "unix" {
		s.Hosts = []domxml.DiskHost{{Transport: "unix", Socket: rest}}
		return network(s), nil
	}
	n, err := strconv.ParseUint(rest, 10, 16)
	if err != nil {
		return nil, errInternal("missing remote information in '%s' for protocol nbd", name)
	}
	s.Hosts = []domxml.DiskHost{{Name: host, Port: uint(n)}}
	return network(s), nil
}

// layer is what a description in JSON may have.
type layer struct {
	Driver   string          `json:"driver"`
	File     json.RawMessage `json:"file"`
	Filename string          `json:"filename"`
	URL      string          `json:"url"`
	Export   string          `json:"export"`
	Server   *struct {
		Type string          `json:"type"`
		Host string          `json:"host"`
		Port json.RawMessage `json:"port"`
		Path string          `json:"path"`
	} `json:"server"`
}

// described is an image in JSON. Layers that are formats name the one below;
// only raw may stand there, as other formats are named by the header.
func described(text string) (*domxml.BackingStore, error) {
	for depth := 0; ; depth++ {
		var flat map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &flat); err != nil || depth > 8 {
			return nil, errInternal("failed to parse JSON backing volume definition '%s'", text)
		}
		unflatten(flat)
		b, _ := json.Marshal(flat)
		var l layer
		if err := json.Unmarshal(b, &l); err != nil {
			return nil, errInternal("failed to parse JSON backing volume definition '%s'", text)
		}
		if l.Driver == "" && l.File != nil || l.Driver == "raw" {
			if l.File == nil {
				return nil, errInternal("JSON backing volume definition '%s' lacks 'file' object", text)
			}
			text = string(l.File)
			continue
		}
		return l.image(text)
	}
}

// unflatten turns "file.driver": "nbd" into "file": {"driver": "nbd"}.
func unflatten(m map[string]json.RawMessage) {
	inner := map[string]map[string]json.RawMessage{}
	for key, v := range m {
		if head, rest, ok := strings.Cut(key, "."); ok {
			if inner[head] == nil {
				inner[head] = map[string]json.RawMessage{}
			}
			inner[head][rest] = v
			delete(m, key)
		}
	}
	for head, sub := range inner {
		if m[head] == nil {
			unflatten(sub)
			m[head], _ = json.Marshal(sub)
		}
	}
}

func (l *layer) image(text string) (*domxml.BackingStore, error) {
	switch l.Driver {
	case "file", "":
		if l.Filename == "" {
			return nil, errInternal("missing 'filename' field in JSON backing volume definition")
		}
		return stored(l.Filename), nil
	case "host_device", "host_cdrom":
		return &domxml.BackingStore{Type: domxml.DiskBlock, Source: &domxml.DiskSource{Type: domxml.DiskBlock, Dev: l.Filename}}, nil
	case "http", "https", "ftp", "ftps":
		if l.URL == "" {
			return nil, errInternal("missing 'url' in JSON backing volume definition")
		}
		return addressed(l.URL, l.Driver)
	case "nbd":
		s := domxml.DiskSource{Protocol: "nbd", Name: l.Export}
		switch v := l.Server; {
		case v == nil:
			return nil, errInternal("missing host specification of NBD server in JSON backing volume definition")
		case v.Type == "unix":
			s.Hosts = []domxml.DiskHost{{Transport: "unix", Socket: v.Path}}
		default:
			port, err := strconv.ParseUint(strings.Trim(string(v.Port), `"`), 10, 16)
			if err != nil {
				port = uint64(defaultPorts["nbd"])
			}
			s.Hosts = []domxml.DiskHost{{Name: v.Host, Port: uint(port)}}
		}
		return network(s), nil
	case "rbd", "gluster", "iscsi", "ssh", "nfs", "sheepdog", "vxhs", "nvme":
		return nil, nil
	}
	return nil, errInternal("missing parser implementation for JSON backing volume driver '%s'", l.Driver)
}
