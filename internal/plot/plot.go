// Package plot draws lines over two logarithmic axes as SVG: what it takes to show how a cost grows.
package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
)

// Line is one line. What is not above zero is drawn at the edge, which then
// stands for zero.
type Line struct {
	Name   string
	Points []Point
}

// Point is a place.
type Point struct{ X, Y float64 }

// Plot is a picture.
type Plot struct {
	Title, X string
	// Y makes the label of a value of the vertical axis.
	Y     func(float64) string
	Lines []Line
}

// The picture in pixels.
const (
	width, height            = 720, 420
	left, right, top, bottom = 80, 170, 40, 50
)

// colours of the lines, in turn; readable on white and on dark grey.
var colours = []string{"#d9480f", "#1971c2", "#f59f00", "#2f9e44", "#9c36b5", "#868e96"}

// axis maps a value to pixels.
type axis struct {
	low, high float64 // exponents of ten
	zero      bool    // something is zero
	from, to  float64
}

func (a axis) at(v float64) float64 {
	e := a.low
	if v > 0 {
		e = min(max(math.Log10(v), a.low), a.high)
	}
	return a.from + (e-a.low)/(a.high-a.low)*(a.to-a.from)
}

// axes hold all points, from one power of ten to another.
func (p *Plot) axes() (x, y axis) {
	x = axis{low: math.Inf(1), high: math.Inf(-1), from: left, to: width - right}
	y = axis{low: math.Inf(1), high: math.Inf(-1), from: height - bottom, to: top}
	for _, l := range p.Lines {
		for _, at := range l.Points {
			x.include(at.X)
			y.include(at.Y)
		}
	}
	x.finish()
	y.finish()
	return x, y
}

func (a *axis) include(v float64) {
	if v <= 0 {
		a.zero = true
	} else {
		a.low, a.high = min(a.low, math.Floor(math.Log10(v))), max(a.high, math.Ceil(math.Log10(v)))
	}
}

func (a *axis) finish() {
	if a.low > a.high {
		a.low, a.high = 0, 1
	}
	if a.low == a.high {
		a.high++
	}
	if a.zero {
		a.low--
	}
}

// tick is the value of an exponent.
func (a axis) tick(e float64) float64 {
	if a.zero && e == a.low {
		return 0
	}
	return math.Pow(10, e)
}

// SVG draws the picture.
func (p *Plot) SVG() []byte {
	var b bytes.Buffer
	x, y := p.axes()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", width, height)
	text(&b, left, top-16, "start", `font-size="15"`, p.Title)
	text(&b, (left+width-right)/2, height-12, "middle", "", p.X)
	for e := x.low; e <= x.high; e++ {
		v := x.tick(e)
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#ddd"/>`+"\n", x.at(v), top, x.at(v), height-bottom)
		text(&b, x.at(v), height-bottom+18, "middle", "", strconv.FormatFloat(v, 'f', -1, 64))
	}
	for e := y.low; e <= y.high; e++ {
		v := y.tick(e)
		fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>`+"\n", left, y.at(v), width-right, y.at(v))
		text(&b, left-8, y.at(v)+4, "end", "", p.Y(v))
	}
	for i, l := range p.Lines {
		colour := colours[i%len(colours)]
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, colour)
		for _, at := range l.Points {
			fmt.Fprintf(&b, "%.1f,%.1f ", x.at(at.X), y.at(at.Y))
		}
		b.WriteString(`"/>` + "\n")
		for _, at := range l.Points {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x.at(at.X), y.at(at.Y), colour)
		}
		row := float64(top + 10 + 20*i)
		fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="%s" stroke-width="2"/>`+"\n", width-right+12, row, width-right+36, row, colour)
		text(&b, width-right+42, row+4, "start", "", l.Name)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func text(b *bytes.Buffer, x, y float64, anchor, more, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" %s>`, x, y, anchor, more)
	xml.EscapeText(b, []byte(s))
	b.WriteString("</text>\n")
}
