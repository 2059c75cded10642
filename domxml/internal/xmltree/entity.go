package xmltree

import "strings"

// maxExpansion bounds what all references to entities of a document become.
const maxExpansion = 1 << 20

// subset reads declarations in a document type. Entities that are plain text
// are taken; those that refer to others, or hold markup, are what attacks are
// made of, and no document of libvirt's has any.
func (s *scanner) subset() error {
	for s.pos++; ; {
		s.blanks()
		if s.at("]") {
			return nil
		}
		if !s.take("<!ENTITY") || s.pos >= len(s.doc) || !isBlank(s.doc[s.pos]) {
			return s.fail("Internal document type declarations are not supported")
		}
		s.blanks()
		name, err := s.name()
		if err != nil {
			return err
		}
		s.blanks()
		if name == "" || !s.at("'") && !s.at("\"") {
			return s.fail("Internal document type declarations are not supported")
		}
		value, err := s.quoted()
		if err != nil {
			return err
		}
		if strings.ContainsAny(value, "&<%") {
			return s.fail("Entity '%s' is not plain text, which is not supported", name)
		}
		s.blanks()
		if !s.take(">") {
			return s.fail("xmlParseEntityDecl: entity %s not terminated", name)
		}
		if s.entities == nil {
			s.entities = map[string]string{}
		}
		if _, known := s.entities[name]; !known {
			s.entities[name] = value
		}
	}
}

// quoted reads the value of an entity.
func (s *scanner) quoted() (string, error) {
	quote := s.doc[s.pos]
	from := s.pos + 1
	i := strings.IndexByte(s.doc[from:], quote)
	if i < 0 {
		s.pos = len(s.doc)
		return "", s.fail("EntityValue: \" or ' expected")
	}
	if err := s.chars(from, from+i); err != nil {
		return "", err
	}
	s.pos = from + i + 1
	return newlines(s.doc[from : from+i]), nil
}

// expand appends what an entity of the document stands for.
func (s *scanner) expand(b []byte, name string) ([]byte, error) {
	value, ok := s.entities[name]
	if !ok {
		return nil, s.fail("Entity '%s' not defined", name)
	}
	if s.expanded += len(value); s.expanded > maxExpansion {
		return nil, s.fail("Entities expand to more than %d bytes", maxExpansion)
	}
	return append(b, value...), nil
}
