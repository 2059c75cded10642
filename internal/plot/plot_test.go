package plot

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestSVG: well-formed, with a tick for each power of ten, and each point where it belongs.
func TestSVG(t *testing.T) {
	p := Plot{
		Title: "a < b", X: "x", Y: func(v float64) string { return fmt.Sprint(v, "s") },
		Lines: []Line{{"one", []Point{{0, 10}, {1, 10}, {1000, 1000}}}, {"two", []Point{{30, 100}}}},
	}
	svg := string(p.SVG())
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		"a &lt; b", ">1</text>", ">1000</text>", ">10s</text>", ">1000s</text>", ">0</text>",
		`points="80.0,370.0 197.5,370.0 550.0,40.0 "`, `cx="371.`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
	if empty := (&Plot{Y: func(float64) string { return "" }}).SVG(); !strings.Contains(string(empty), "</svg>") {
		t.Error("an empty plot")
	}
}
