// Package keepaliveproto is the keepalive program, 0x6b656570: ping and pong.
// Both are messages without a body and may come at any time, on every socket.
//
// Everything but this file is generated from protocol/x/keepalive.x.
package keepaliveproto

//go:generate go run github.com/govirtd/govirtd/xdrgen -package keepaliveproto -out . -prefix keepalive_ ../x/keepalive.x
