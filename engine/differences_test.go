package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The tests that pin docs/differences.md, by number.

func TestDifference1WorldLifetime(t *testing.T) {
	for _, c := range []struct {
		strict bool
		want   int32
	}{{false, 2}, {true, 1}} {
		e := newEngine(c.strict)
		s := connect(t, e, "test:///default")
		must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestXML, "kept")})
		s.end()
		s = connect(t, e, "test:///default")
		if n := must(t, s, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{}).Ret; n != uint32(c.want) {
			t.Errorf("strict %v: %d domains after the last connection had closed, want %d", c.strict, n, c.want)
		}
	}
}

func TestDifference2Console(t *testing.T) {
	open := func(strict bool) (proc.StreamFunc, error) {
		s := connect(t, newEngine(strict), "test:///default")
		_, stream, err := doStream(s, remoteproto.DomainOpenConsole, &remoteproto.DomainOpenConsoleArgs{Dom: lookup(t, s, "test")})
		return stream, err
	}
	if _, err := open(true); err == nil || err.Error() != "this function is not supported by the connection driver: virDomainOpenConsole" {
		t.Errorf("strict: %v", err)
	}
	stream, err := open(false)
	if err != nil {
		t.Fatal(err)
	}
	pr, pw := io.Pipe()
	m := &pipeStream{in: pr}
	done := make(chan error, 1)
	go func() { done <- stream(context.Background(), m) }()
	io.WriteString(pw, "echo hello\r")
	m.waitFor(t, "hello\r\ntest# ")
	pw.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestDifference3Screenshot(t *testing.T) {
	s := connect(t, newEngine(false), "test:///default")
	shot := func(name string) []byte {
		_, stream, err := doStream(s, remoteproto.DomainScreenshot, &remoteproto.DomainScreenshotArgs{Dom: lookup(t, s, name)})
		if err != nil {
			t.Fatal(err)
		}
		m := &memoryStream{in: strings.NewReader("")}
		if err := stream(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(m.out.Bytes())); err != nil {
			t.Fatal(err)
		}
		return m.out.Bytes()
	}
	must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: fmt.Sprintf(guestXML, "other")})
	if bytes.Equal(shot("test"), shot("other")) {
		t.Error("two domains look the same")
	}
}

func TestDifference4AbsentName(t *testing.T) {
	s := &session{engine: newEngine(true)}
	must(t, s, remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{})
	t.Cleanup(s.end)
	if uri := must(t, s, remoteproto.ConnectGetURI, &proc.Void{}).URI; uri != "test:///default" {
		t.Errorf("opened %q", uri)
	}
	fails(t, s, remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{}, vir.ErrInternalError, "internal error: connection already open")
}
