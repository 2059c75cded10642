package bench

import (
	"net"

	"github.com/govirtd/govirtd/protocol/netpkt"
)

// EchoServer answers every call with an empty reply and does no work: what the generator reaches with it is its own limit.
func EchoServer(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go echo(nc)
	}
}

func echo(nc net.Conn) {
	defer nc.Close()
	in := netpkt.NewReader(nc)
	defer in.Close()
	var p netpkt.Packet
	var out []byte
	for in.Fill() == nil {
		out = out[:0]
		for {
			ok, err := in.Next(&p)
			if err != nil {
				return
			}
			if !ok {
				break
			}
			h := p.Header
			h.Type = netpkt.Reply
			out = h.Append(out, 0)
		}
		if _, err := nc.Write(out); err != nil {
			return
		}
	}
}
