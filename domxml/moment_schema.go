package domxml

import (
	"regexp"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// contentCheck judges an element that a schema allows.
type contentCheck func(n node) bool

var (
	checkpointName = regexp.MustCompile(`^[a-zA-Z0-9_\-][a-zA-Z0-9_\-.]*$`)
	schemaNumber   = regexp.MustCompile(`^[0-9]+$`)
	diskName       = regexp.MustCompile(`^((ioemu:)?(fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]+|(/|[a-zA-Z]:\\).+)$`)
	absolutePath   = regexp.MustCompile(`^(/|[a-zA-Z]:\\).+$`)
)

// The contents of both kinds of documents at the top, as their schemas have
// them: alternatives that the table of schemas joins are apart here.
var (
	snapshotContent = map[string]contentCheck{
		"name": textContent(nil), "description": textContent(nil), "creationTime": textContent(nil), "active": valueContent("0", "1"),
		"state":       valueContent("running", "blocked", "paused", "shutdown", "shutoff", "crashed", "disk-snapshot"),
		"memory":      snapshotMemoryContent,
		"disks":       eachContent(snapshotDiskContent, 0),
		"revertDisks": eachContent(snapshotDiskContent, 0),
		"parent":      eachContent(namedContent("name", nil), 1),
		"domain":      domainContent,
		"cookie":      func(node) bool { return true },
	}
	checkpointContent = map[string]contentCheck{
		"name": textContent(checkpointName), "description": textContent(nil), "creationTime": textContent(schemaNumber),
		"parent": eachContent(namedContent("name", checkpointName), 1),
		"disks":  eachContent(checkpointDiskContent, 1),
		"domain": domainContent,
	}
)

// ValidateDomainSnapshotSchema refuses what the schema of snapshots does not
// have (VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE).
func ValidateDomainSnapshotSchema(doc []byte) error {
	if err := validateContent(doc, "domainsnapshot", vir.FromDomainSnapshot, snapshotContent, ""); err != nil {
		return err
	}
	return ValidateSchema(doc)
}

// ValidateDomainCheckpointSchema refuses what the schema of checkpoints does
// not have; the reference always asks. A new checkpoint has no domain.
func ValidateDomainCheckpointSchema(doc []byte, isNew bool) error {
	without := ""
	if isNew {
		without = "domain"
	}
	if err := validateContent(doc, "domaincheckpoint", vir.FromDomainCheckpoint, checkpointContent, without); err != nil {
		return err
	}
	return ValidateSchema(doc)
}

func validateContent(doc []byte, root string, origin vir.ErrorDomain, content map[string]contentCheck, without string) error {
	refuse := func(why string) error {
		return vir.Errorf(vir.FromXML, vir.ErrXMLInvalidSchema, "Unable to validate doc against /usr/share/libvirt/schemas/%s.rng\n%s\n", root, why)
	}
	err := withTree(doc, origin, func(n node) error {
		if err := checkRoot(n, root); err != nil {
			return err
		}
		seen := map[string]bool{}
		for c := n.First(); c.Valid(); c = c.Next() {
			if c.Kind() != xmltree.Element {
				continue
			}
			check := content[c.Name()]
			switch {
			case check == nil || c.Space() != "":
				return refuse("Element " + root + " has extra content: " + c.Name())
			case seen[c.Name()] || c.Name() == without || !check(c):
				return refuse("Extra element " + c.Name() + " in interleave\nElement " + root + " failed to validate content")
			}
			seen[c.Name()] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	// What lies deeper, such as the domain.
	found, err := CheckSchema(doc)
	if err != nil || len(found) == 0 {
		return err
	}
	parts := strings.SplitN(found[0].Path, "/", 4)
	child, _, _ := strings.Cut(parts[len(parts)-1], "[")
	if len(parts) > 2 {
		child, _, _ = strings.Cut(parts[2], "[")
	}
	return refuse("Extra element " + child + " in interleave\nElement " + root + " failed to validate content")
}

// textContent is an element without attributes whose text fits.
func textContent(re *regexp.Regexp) contentCheck {
	return func(n node) bool {
		return len(n.Attrs()) == 0 && !hasElements(n) && (re == nil && n.Text() != "" || re != nil && re.MatchString(n.Text()))
	}
}

// valueContent is an element whose text is one of the values.
func valueContent(values ...string) contentCheck {
	return func(n node) bool { return !hasElements(n) && slices.Contains(values, n.Text()) }
}

// namedContent is a text element of that name.
func namedContent(name string, re *regexp.Regexp) contentCheck {
	check := textContent(re)
	return func(n node) bool { return n.Name() == name && check(n) }
}

// eachContent is an element that holds nothing but elements that fit, so many at
// least.
func eachContent(check contentCheck, least int) contentCheck {
	return func(n node) bool {
		count := 0
		for c := n.First(); c.Valid(); c = c.Next() {
			if c.Kind() != xmltree.Element {
				continue
			}
			if !check(c) {
				return false
			}
			count++
		}
		return count >= least
	}
}

// attrsOf reports whether an element has no other attributes, and these with
// values that fit.
func attrsOf(n node, allowed map[string]func(string) bool) bool {
	for _, a := range n.Attrs() {
		ok := allowed[a.Name]
		if a.Prefix == "" && (ok == nil || !ok(a.Value)) {
			return false
		}
	}
	return true
}

func amongValues(values ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(values, s) }
}

func anyValue(string) bool { return true }

func snapshotMemoryContent(n node) bool {
	return !hasElements(n) && attrsOf(n, map[string]func(string) bool{
		"snapshot": amongValues("no", "internal", "external"), "file": absolutePath.MatchString,
	})
}

func snapshotDiskContent(n node) bool {
	name, ok := n.Attr("name")
	return n.Name() == "disk" && ok && diskName.MatchString(name) && attrsOf(n, map[string]func(string) bool{
		"name": anyValue, "snapshot": amongValues("no", "internal", "external", "manual"), "type": amongValues("file", "block", "network"),
	})
}

func checkpointDiskContent(n node) bool {
	name, ok := n.Attr("name")
	allowed := map[string]func(string) bool{"name": anyValue, "checkpoint": amongValues("no", "bitmap"), "bitmap": anyValue, "size": schemaNumber.MatchString}
	if kind, _ := n.Attr("checkpoint"); kind == "no" {
		delete(allowed, "bitmap")
		delete(allowed, "size")
	}
	return n.Name() == "disk" && ok && diskName.MatchString(name) && !hasElements(n) && attrsOf(n, allowed)
}

// domainContent is a domain; what is in it is judged by the domains' own schema.
func domainContent(n node) bool {
	_, typed := n.Attr("type")
	return typed && n.Child("name").Valid()
}
