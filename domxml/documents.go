package domxml

import (
	"bytes"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// documents are the kinds of documents that have types, by root element.
var documents = map[string]rewriter{
	"domain":    rewriterOf(ParseDomain, FormatDomain),
	"network":   rewriterOf(ParseNetwork, FormatNetwork),
	"interface": rewriterOf(ParseHostInterface, FormatHostInterface),
	"device":    rewriterOf(ParseNodeDevice, FormatNodeDevice),
	"networkport": rewriterOf(
		func(doc []byte, _ ...Option) (*NetworkPort, error) { return ParseNetworkPort(doc) },
		func(p *NetworkPort, _ FormatFlags) ([]byte, error) { return FormatNetworkPort(p) }),
	"pool": rewriterOf(ParseStoragePool, FormatStoragePool),
	// What a volume of a pool of files may have includes what others may.
	"volume": rewriterOf(func(doc []byte, options ...Option) (*StorageVolume, error) {
		return ParseStorageVolume(doc, StoragePoolDir, append(options[:len(options):len(options)], CapacityOptional())...)
	}, FormatStorageVolume),
	"domainsnapshot":   rewriterOf(keptOrNew(ParseDomainSnapshot), FormatDomainSnapshot),
	"domaincheckpoint": rewriterOf(keptOrNew(ParseDomainCheckpoint), FormatDomainCheckpoint),
	"domainbackup":     rewriterOf(ParseDomainBackup, FormatDomainBackup),
	"capabilities": rewriterOf(
		func(doc []byte, _ ...Option) (*Capabilities, error) { return ParseCapabilities(doc) },
		func(c *Capabilities, _ FormatFlags) ([]byte, error) { return FormatCapabilities(c), nil }),
	"domainCapabilities": rewriterOf(
		func(doc []byte, _ ...Option) (*DomainCapabilities, error) { return ParseDomainCapabilities(doc) },
		func(c *DomainCapabilities, _ FormatFlags) ([]byte, error) { return FormatDomainCapabilities(c), nil }),
	"filter":        rewriterOf(ParseNWFilter, FormatNWFilter),
	"filterbinding": rewriterOf(ParseNWFilterBinding, FormatNWFilterBinding),
	"secret":        rewriterOf(ParseSecret, FormatSecret),
}

// rewriter reads a document and writes it again.
type rewriter func(doc []byte, flags FormatFlags, options ...Option) ([]byte, error)

func rewriterOf[T any](parse func([]byte, ...Option) (*T, error), format func(*T, FormatFlags) ([]byte, error)) rewriter {
	return func(doc []byte, flags FormatFlags, options ...Option) ([]byte, error) {
		v, err := parse(doc, options...)
		if err != nil {
			return nil, err
		}
		return format(v, flags)
	}
}

// keptOrNew reads what a daemon has written of a moment, or else what somebody
// wants to have made.
func keptOrNew[T any](parse func([]byte, ...Option) (*T, error)) func([]byte, ...Option) (*T, error) {
	return func(doc []byte, options ...Option) (*T, error) {
		if v, err := parse(doc, append(options[:len(options):len(options)], Kept())...); err == nil {
			return v, nil
		}
		return parse(doc, append(options[:len(options):len(options)], New())...)
	}
}

// Canonical is a document of any kind in libvirt's own form. Its root element
// tells the kind. What libvirt would not keep is dropped; nothing is added. Of
// a kind that has no type here the layout is libvirt's, and nothing is dropped.
func Canonical(doc []byte, flags FormatFlags, options ...Option) ([]byte, error) {
	root, err := RootElement(doc)
	if err != nil {
		return nil, err
	}
	if r := documents[root]; r != nil {
		return r(doc, flags, options...)
	}
	var out []byte
	err = withTree(doc, vir.FromXML, func(n node) error {
		e := encoder{flags: flags}
		e.tree(n)
		out = e.b
		return nil
	})
	return out, err
}

// RootElement is the name of a document's root element.
func RootElement(doc []byte) (name string, err error) {
	err = withTree(doc, vir.FromXML, func(n node) error {
		name = n.Name()
		return nil
	})
	return name, err
}

// tree writes an element as it is, in libvirt's layout.
func (e *encoder) tree(n node) {
	name := n.Name()
	if n.Prefix() != "" {
		name = n.Prefix() + ":" + name
	}
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	for _, a := range n.Attrs() {
		attr := a.Name
		if a.Prefix != "" {
			attr = a.Prefix + ":" + attr
		}
		e.attr(attr, a.Value)
	}
	if !n.First().Valid() {
		e.b = append(e.b, "/>\n"...)
		return
	}
	e.b = append(e.b, '>')
	if !hasElements(n) {
		e.b = appendEscaped(e.b, ownText(n))
		e.close(name)
		return
	}
	e.b = append(e.b, '\n')
	e.depth++
	for c := n.First(); c.Valid(); c = c.Next() {
		switch c.Kind() {
		case xmltree.Element:
			e.tree(c)
		case xmltree.Text, xmltree.CData:
			if text := bytes.TrimSpace([]byte(c.Literal())); len(text) > 0 {
				e.line(string(appendEscaped(nil, string(text))))
			}
		}
	}
	e.depth--
	e.indent()
	e.close(name)
}
