package domxml

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"
)

// droppedThing is an element, an attribute or a value that the schema of
// libvirt 11.3.0 allows and its daemon does not keep: a line of
// testdata/dropped.jsonl, which conformance/survey/lost.py writes.
type droppedThing struct {
	Kind, Name string
	// Tried is how many documents with it the reference was asked to define.
	Tried int
	// Document is one of them, and Answers what became of most: errors, or ""
	// where the document was taken and the thing was not in what the reference
	// showed.
	Document string
	Answers  map[string]int

	found bool
}

type droppedThings struct {
	mu  sync.Mutex
	all []*droppedThing
	// asked are the kinds that have been looked at.
	asked map[string]bool
}

func readDropped(t *testing.T) *droppedThings {
	f, err := os.Open("testdata/dropped.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	known := &droppedThings{asked: map[string]bool{}}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		d := new(droppedThing)
		if err := json.Unmarshal(s.Bytes(), d); err != nil {
			t.Fatal(err)
		}
		known.all = append(known.all, d)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return known
}

func (k *droppedThings) find(kind, name string) *droppedThing {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked[kind] = true
	i := slices.IndexFunc(k.all, func(d *droppedThing) bool { return d.Kind == kind && d.Name == name })
	if i < 0 {
		return nil
	}
	k.all[i].found = true
	return k.all[i]
}

// unused complains about lines for what is not in a schema.
func (k *droppedThings) unused(t *testing.T) {
	for _, d := range k.all {
		if !d.found && k.asked[d.Kind] {
			t.Errorf("testdata/dropped.jsonl: no schema has %s", d.Name)
		}
	}
}

// triedFile collects the documents in which things are lost.
type triedFile struct {
	mu sync.Mutex
	f  *os.File
}

func newTried(t *testing.T) *triedFile {
	if *tried == "" {
		return nil
	}
	f, err := os.Create(*tried)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &triedFile{f: f}
}

func (f *triedFile) add(t *testing.T, kind, name, path, want string, docs []string) {
	if f == nil {
		return
	}
	docs = slices.Clone(docs)
	slices.Sort(docs)
	docs = slices.Compact(docs)
	b, err := json.Marshal(map[string]any{"kind": kind, "name": name, "path": path, "want": want, "documents": docs})
	if err != nil {
		t.Error(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := f.f.Write(append(b, '\n')); err != nil {
		t.Error(err)
	}
}
