package cpumap

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// TestRandomBaselines compares with answers of a running reference to random
// questions, where somebody has recorded them: lines of {"q": [documents],
// "flags", "ok", "xml", "error": {"message"}} in the file that
// GOVIRTD_BASELINES names.
func TestRandomBaselines(t *testing.T) {
	path := os.Getenv("GOVIRTD_BASELINES")
	if path == "" {
		t.Skip("GOVIRTD_BASELINES names no file of recorded answers")
	}
	m := reference(t)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	same, all, refusals, refused := 0, 0, 0, 0
	for s.Scan() {
		var row struct {
			Q     []string
			Flags uint32
			OK    bool
			XML   string
			Error struct{ Message string }
		}
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		var docs [][]byte
		for _, q := range row.Q {
			docs = append(docs, []byte(q))
		}
		got, err := baseline(m, docs, row.Flags != 0)
		if !row.OK {
			refusals++
			if err != nil && err.Error() == row.Error.Message {
				refused++
			} else {
				t.Errorf("%v: %v, want %s", row.Q, err, row.Error.Message)
			}
			continue
		}
		all++
		if err == nil && got == row.XML {
			same++
		} else if err != nil {
			t.Errorf("%v: %v", row.Q, err)
		}
	}
	t.Logf("%d of %d documents and %d of %d refusals are the same", same, all, refused, refusals)
	if same*100 < all*95 {
		t.Error("fewer than 95 of 100")
	}
}
