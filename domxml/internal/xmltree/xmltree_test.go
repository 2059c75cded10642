package xmltree

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestReference holds the texts of libvirtd 11.3.0 against ours: what is
// refused, in which words, with which line, source and caret.
func TestReference(t *testing.T) {
	b, err := os.ReadFile("testdata/wellformed.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ In, Err string }
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 90 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		var tree Tree
		got := ""
		if err := tree.Parse(c.In); err != nil {
			got = err.Error()
		}
		if got != c.Err {
			t.Errorf("%q:\n got %q\nwant %q", c.In, got, c.Err)
		}
	}
}

func TestTree(t *testing.T) {
	const doc = "<?xml version='1.0'?><!-- c -->\n<a xmlns:x='http://x' b='1&lt;2' c='t\tab'>one<b/>" +
		"<![CDATA[<two>]]><x:b y='&#65;'>th&amp;ree</x:b><z:b/><!-- d --><?p q?>\r\n</a>"
	var tree Tree
	for range 2 { // a tree is used again
		if err := tree.Parse(doc); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		dump(&b, tree.Root())
		const want = `a{xmlns:x="http://x" b="1<2" c="t ab" "one" b{} [<two>] x:b(http://x){y="A" "th&ree"} z:b{} #" d " ?p "q" "\n"}`
		if b.String() != want {
			t.Errorf("got  %s\nwant %s", b.String(), want)
		}
		if text := tree.Root().Text(); text != "one<two>th&ree\n" {
			t.Errorf("Text() = %q", text)
		}
		if n := tree.Root().Child("b"); !n.Valid() || n.Line() != 2 || n.Parent() != tree.Root() {
			t.Errorf("Child(b) = %v", n)
		}
	}
}

func dump(b *strings.Builder, n Node) {
	switch n.Kind() {
	case Text:
		b.WriteString(quote(n.Literal()))
		return
	case CData:
		b.WriteString("[" + n.Literal() + "]")
		return
	case Comment:
		b.WriteString("#" + quote(n.Literal()))
		return
	case Instruction:
		b.WriteString("?" + n.Name() + " " + quote(n.Literal()))
		return
	}
	if n.Prefix() != "" {
		b.WriteString(n.Prefix() + ":")
	}
	b.WriteString(n.Name())
	if n.Space() != "" {
		b.WriteString("(" + n.Space() + ")")
	}
	b.WriteString("{")
	sep := ""
	for _, a := range n.Attrs() {
		b.WriteString(sep + a.qname() + "=" + quote(a.Value))
		sep = " "
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		b.WriteString(sep)
		dump(b, c)
		sep = " "
	}
	b.WriteString("}")
}

func quote(s string) string {
	return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"`
}

// TestBounds asks for the bounded answer to documents made to be expensive.
func TestBounds(t *testing.T) {
	for name, c := range map[string]struct{ doc, err string }{
		"depth":      {strings.Repeat("<a>", 100000), "Excessive depth in document: 256"},
		"size":       {"<a>" + strings.Repeat(" ", MaxSize) + "</a>", "larger than 16 MiB"},
		"nodes":      {"<a>" + strings.Repeat("<b/>", MaxNodes) + "</a>", "more than 524288 nodes"},
		"name":       {"<" + strings.Repeat("a", MaxName+1) + "/>", "Name too long"},
		"entities":   {"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>", "not supported"},
		"expansion":  {"<!DOCTYPE a [<!ENTITY b '" + strings.Repeat("c", 1000) + "'>]><a>" + strings.Repeat("&b;", 2000) + "</a>", "expand to more than"},
		"number":     {"<a>&#99999999999999999999999;</a>", "invalid xmlChar value"},
		"blank":      {strings.Repeat("\n", 1<<20), "Start tag expected"},
		"attributes": {"<a " + manyAttrs() + "x1='2'/>", "Attribute x1 redefined"},
	} {
		t.Run(name, func(t *testing.T) {
			var tree Tree
			err := tree.Parse(c.doc)
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Fatalf("got %.200v, want %q", err, c.err)
			}
			if e := (*SyntaxError)(nil); !errors.As(err, &e) {
				t.Fatalf("%T is no *SyntaxError", err)
			}
		})
	}
}

func manyAttrs() string {
	var b strings.Builder
	for i := range 20000 {
		b.WriteString("x" + string(rune('0'+i%10)) + strings.Repeat("y", i/10%50) + strings.Repeat("z", i/500) + "='' ")
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"<a/>", "<a b='c&#x41;'>d<e/>&lt;<![CDATA[f]]><!-- g --><?h i?></a>", "\ufeff<?xml version='1.0'?><!DOCTYPE a>\r\n<x:a xmlns:x='y'/>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		var tree Tree
		if err := tree.Parse(doc); err != nil {
			if err.Error() == "" {
				t.Error("error without text")
			}
			return
		}
		var b strings.Builder
		dump(&b, tree.Root())
	})
}

func BenchmarkParse(b *testing.B) {
	doc := "<domain type='kvm'>" + strings.Repeat("<disk type='file' device='disk'>\n  <source file='/a/b'/>\n  <target dev='vda' bus='virtio'/>\n</disk>\n", 60) + "</domain>"
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	var tree Tree
	for b.Loop() {
		if err := tree.Parse(doc); err != nil {
			b.Fatal(err)
		}
	}
}
