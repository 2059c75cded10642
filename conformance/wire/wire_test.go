package wire

import (
	"bytes"
	"strings"
	"testing"
)

func TestReadAppend(t *testing.T) {
	p := &Packet{Program: Remote, Version: 1, Procedure: -3, Type: TypeStream, Serial: 7, Status: StatusContinue, Body: []byte("abc")}
	data := p.Append(nil)
	got, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Append(nil), data) {
		t.Errorf("read %+v, want %+v", got, p)
	}
	for n := range data {
		if _, err := Read(bytes.NewReader(data[:n])); err == nil {
			t.Errorf("the first %d bytes were taken for a packet", n)
		}
	}
}

func TestReadRefusesSizes(t *testing.T) {
	for _, size := range []byte{0, 27} {
		data := append([]byte{0, 0, 0, size}, make([]byte, 40)...)
		if _, err := Read(bytes.NewReader(data)); err == nil {
			t.Errorf("size %d was accepted", size)
		}
	}
	if _, err := Read(bytes.NewReader(bytes.Repeat([]byte{0xff}, 64))); err == nil {
		t.Error("a packet of 4 GiB was accepted")
	}
}

func TestString(t *testing.T) {
	for text, want := range map[string]int{"": 4, "a": 8, "abcd": 8, "abcde": 12} {
		if got := len(String(nil, text)); got != want {
			t.Errorf("String(%q) has %d bytes, want %d", text, got, want)
		}
	}
}

func TestReplyError(t *testing.T) {
	body := String([]byte{0, 0, 0, 42, 0, 0, 0, 12, 0, 0, 0, 1}, "Domain not found")
	if got := ReplyError(body).Error(); got != "code 42: Domain not found" {
		t.Errorf("got %q", got)
	}
	for n := range body[:len(body)-1] {
		if strings.Contains(ReplyError(body[:n]).Error(), "Domain not found") {
			t.Errorf("the text came out of %d bytes", n)
		}
	}
}
