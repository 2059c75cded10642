package parse

import "strings"

// Line is one line of a comment, without its decoration.
type Line struct {
	Pos  Pos // of the first character of Text
	Text string
}

// Comment is the text directly above a declaration.
type Comment []Line

// Text joins the lines; empty lines part paragraphs.
func (c Comment) Text() string {
	lines := make([]string, len(c))
	for i, l := range c {
		lines[i] = l.Text
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// remark is one comment as it stands in the source.
type remark struct {
	Comment
	first, last int  // lines
	block       bool // /* */ and not //
	trailing    bool // a token stands before it on its first line
}

// newRemark takes the decoration off a comment that starts at pos.
func newRemark(text string, pos Pos, trailing bool) remark {
	r := remark{first: pos.Line, last: pos.Line, trailing: trailing}
	body := text[2:]
	col := pos.Col + 2
	if strings.HasPrefix(text, "/*") {
		r.block = true
		body = strings.TrimSuffix(body, "*/")
		if strings.HasPrefix(body, "*") { // the second star of /**
			body = body[1:]
			col++
		}
	}
	for i, s := range strings.Split(body, "\n") {
		if i > 0 {
			col = 1
		}
		at := Pos{pos.File, pos.Line + i, col}
		t := strings.TrimLeft(s, " \t")
		if r.block && i > 0 && strings.HasPrefix(t, "*") {
			t = strings.TrimLeft(t[1:], " \t")
		}
		at.Col += len(s) - len(t)
		r.Comment = append(r.Comment, Line{at, strings.TrimRight(t, " \t\r")})
		r.last = at.Line
	}
	return r
}

// docAbove picks from the comments before a token what documents it: the last
// block comment, or the last run of // lines, if nothing but a line end lies
// between it and the token.
func docAbove(before []remark, line int) Comment {
	n := len(before)
	if n == 0 || before[n-1].trailing || before[n-1].last < line-1 {
		return nil
	}
	if before[n-1].block {
		return before[n-1].Comment
	}
	i := n - 1
	for i > 0 && !before[i-1].block && !before[i-1].trailing && before[i-1].last == before[i].first-1 {
		i--
	}
	var c Comment
	for _, r := range before[i:] {
		c = append(c, r.Comment...)
	}
	return c
}

// noteBehind picks the comment that stands on the same line behind a
// declaration whose last token is on the given line.
func noteBehind(before []remark, line int) string {
	if len(before) == 0 || !before[0].trailing || before[0].first != line {
		return ""
	}
	return strings.Join(strings.Fields(before[0].Text()), " ")
}
