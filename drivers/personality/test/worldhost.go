package testpersonality

import (
	"encoding/xml"
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// maxModel is the length of a CPU model's name on the wire, with its zero.
const maxModel = 32

// firstText is the text of the first of several elements; empty ones count as
// absent.
func firstText(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// hostNumber reads a number of the host's description into to, which keeps
// its value where there is none.
func hostNumber[T uint32 | uint64](to *T, texts []string, bits int, what string) error {
	s := firstText(texts)
	if s == "" {
		return nil
	}
	n, err := strconv.ParseUint(s, 10, bits)
	if err != nil {
		return errWorld("invalid node %s value", what)
	}
	*to = T(n)
	return nil
}

// cpu reads the host's processors.
func (w *worldFile) cpu(raw []byte) error {
	var c struct {
		Nodes   []string `xml:"nodes"`
		Sockets []string `xml:"sockets"`
		Cores   []string `xml:"cores"`
		Threads []string `xml:"threads"`
		Active  []string `xml:"active"`
		MHz     []string `xml:"mhz"`
		Model   []string `xml:"model"`
	}
	if err := xml.Unmarshal(raw, &c); err != nil {
		return errWorld("invalid node cpu: %s", err)
	}
	n := &w.host.Node
	for _, f := range []struct {
		to    *uint32
		texts []string
		name  string
	}{{&n.Nodes, c.Nodes, "nodes"}, {&n.Sockets, c.Sockets, "sockets"}, {&n.Cores, c.Cores, "cores"}, {&n.Threads, c.Threads, "threads"}} {
		if err := hostNumber(f.to, f.texts, 32, "cpu "+f.name); err != nil {
			return err
		}
	}
	n.CPUs = n.Nodes * n.Sockets * n.Cores * n.Threads
	active := n.CPUs
	if err := hostNumber(&active, c.Active, 32, "cpu active"); err != nil {
		return err
	}
	n.CPUs = min(n.CPUs, active)
	if err := hostNumber(&n.MHz, c.MHz, 32, "cpu mhz"); err != nil {
		return err
	}
	if model := firstText(c.Model); len(model) >= maxModel {
		return vir.Errorf(vir.FromTest, vir.ErrInternalError, "Model %s too big for destination", model)
	} else if model != "" {
		n.Model = model
	}
	return nil
}

// memory reads the size of the host's memory in KiB.
func (w *worldFile) memory(raw []byte) error {
	var text string
	if err := xml.Unmarshal(raw, &text); err != nil {
		return errWorld("invalid node memory value")
	}
	return hostNumber(&w.host.Node.Memory, []string{text}, 64, "memory")
}

// auth reads who may open the world. It only says whether there is anybody:
// a daemon has no way to ask its client for a name.
func (w *worldFile) auth(raw []byte) error {
	var a struct {
		Users []string `xml:"user"`
	}
	if err := xml.Unmarshal(raw, &a); err != nil {
		return errWorld("%s", err)
	}
	for _, u := range a.Users {
		if u == "" {
			return errWorld("missing username in /node/auth/user field")
		}
		w.guarded = true
	}
	return nil
}

// credentials refuses to open a world that wants to know who asks.
func (w *worldFile) credentials() error {
	if w.guarded {
		return vir.Errorf(vir.FromAuth, vir.ErrInvalidArg, "Missing authentication credentials")
	}
	return nil
}
