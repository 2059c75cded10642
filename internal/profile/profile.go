// Package profile serves the profiles of the running process on a socket:
//
//	curl --unix-socket PATH http://./profile?seconds=10 >cpu && go tool pprof -http : cpu
//	curl --unix-socket PATH http://./heap >heap
//
// It speaks as much of HTTP as curl needs: net/http would make the daemon half as large again, for something that is off.
package profile

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/url"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"strings"
	"time"
)

// The most that a request may take.
const (
	maxLine    = 1000
	maxSeconds = 600
)

// Serve answers requests one after the other until the listener is closed.
func Serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		answer(c)
		c.Close()
	}
}

// answer answers one request.
func answer(c net.Conn) {
	in := bufio.NewReader(io.LimitReader(c, maxLine))
	line, err := in.ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) != 3 || words[0] != "GET" {
		return
	}
	write, err := find(words[1])
	if err != nil {
		fmt.Fprintf(c, "HTTP/1.0 404 Not Found\r\n\r\n%v\n", err)
		return
	}
	io.WriteString(c, "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n")
	if err := write(c); err != nil {
		fmt.Fprintf(c, "%v\n", err)
	}
}

// find is what writes the profile of a path, /profile?seconds=10 or
// /debug/pprof/heap, as net/http/pprof names them.
func find(target string) (func(io.Writer) error, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	name := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	seconds, err := strconv.Atoi(u.Query().Get("seconds"))
	if err != nil || seconds < 1 || seconds > maxSeconds {
		seconds = 10
	}
	wait := func() { time.Sleep(time.Duration(seconds) * time.Second) }
	switch name {
	case "profile":
		return func(w io.Writer) error {
			if err := pprof.StartCPUProfile(w); err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
			wait()
			return nil
		}, nil
	case "trace":
		return func(w io.Writer) error {
			if err := trace.Start(w); err != nil {
				return err
			}
			defer trace.Stop()
			wait()
			return nil
		}, nil
	case "heap":
		runtime.GC()
	}
	if p := pprof.Lookup(name); p != nil {
		return func(w io.Writer) error { return p.WriteTo(w, 0) }, nil
	}
	var names []string
	for _, p := range pprof.Profiles() {
		names = append(names, p.Name())
	}
	return nil, fmt.Errorf("no profile %q: profile, trace, %s", name, strings.Join(names, ", "))
}
