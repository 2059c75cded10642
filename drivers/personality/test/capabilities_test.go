package testpersonality

import (
	"context"
	"os"
	"strings"
	"testing"
)

// TestCapabilities compares the document with the reference's, and that of a
// file's world, which has no cells.
func TestCapabilities(t *testing.T) {
	golden, err := os.ReadFile("testdata/capabilities.xml")
	if err != nil {
		t.Fatal(err)
	}
	want := string(golden)
	host, _, err := open(t, "/default")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := host.Personality.Capabilities(context.Background()); got != want {
		t.Errorf("test:///default says\n%s", got)
	}
	from, to := strings.Index(want, "    <topology>\n"), strings.Index(want, "    <secmodel>\n")
	want = want[:from] + "    <topology>\n      <cells num='0'>\n      </cells>\n    </topology>\n" + want[to:]
	host, _, err = open(t, write(t, "node.xml", "<node/>"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := host.Personality.Capabilities(context.Background()); got != want {
		t.Errorf("a world from a file says\n%s", got)
	}
}
