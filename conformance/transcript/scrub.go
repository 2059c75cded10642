package transcript

import "regexp"

// blank stands where a varying part was.
const blank = "<varies>"

// Comparison says what may differ between two answers to one entry.
type Comparison struct {
	Varies []*regexp.Regexp
}

// scrub blanks what may vary. Both sides get the same treatment, so a varying part must still be there.
func (c Comparison) scrub(text string) string {
	for _, re := range c.Varies {
		text = re.ReplaceAllString(text, blank)
	}
	return text
}

// Equal reports whether the two answers agree.
func (c Comparison) Equal(a, b Answer) bool {
	return a.Exit == b.Exit && c.scrub(a.Stdout) == c.scrub(b.Stdout) && c.scrub(a.Stderr) == c.scrub(b.Stderr)
}

// Diff shows how got differs from want, after scrubbing.
func (c Comparison) Diff(want, got Answer) string {
	w := Answer{want.Exit, c.scrub(want.Stdout), c.scrub(want.Stderr)}
	g := Answer{got.Exit, c.scrub(got.Stdout), c.scrub(got.Stderr)}
	return Unified(w.text(), g.text())
}

// domainID finds the places where virsh shows the id of a running domain: lists, dominfo, the document, domid itself.
var domainID = regexp.MustCompile(`(?m)^ \d+(?: {3,}|$)|^Id: +\d+$|<domain type='[a-z]+' id='\d+'|^\d+$|(?:^|\b)vnet\d+`)

// withoutIDs is the same comparison with the ids of domains left out of account.
func (c Comparison) withoutIDs() Comparison {
	return Comparison{Varies: append(append([]*regexp.Regexp(nil), c.Varies...), domainID)}
}
