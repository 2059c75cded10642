package qmp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
)

// ErrHasID is for a raw command that has brought an id of its own.
var ErrHasID = errors.New("the command has an id already")

// RunRaw sends a command that somebody else has made, a JSON value with an id
// put in, and gives the answer as it stands, without blanks: also a refusal
// is one. What is no object is sent as it is, for QEMU to refuse.
func (c *Client) RunRaw(ctx context.Context, text []byte, files ...*os.File) ([]byte, error) {
	id := c.nextID()
	var packet bytes.Buffer
	if err := json.Compact(&packet, text); err != nil {
		return nil, err
	}
	name := "raw command"
	if b := packet.Bytes(); b[0] == '{' {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(b, &members); err != nil {
			return nil, err
		}
		if _, ok := members["id"]; ok {
			return nil, ErrHasID
		}
		_ = json.Unmarshal(members["execute"], &name) // a name for messages, if there is one
		comma := ","
		if len(members) == 0 {
			comma = ""
		}
		packet.Truncate(packet.Len() - 1)
		packet.WriteString(comma + `"id":"` + id + `"}`)
	}
	packet.WriteString("\r\n")
	r, err := c.run(ctx, &command{name: name, id: id, packet: packet.Bytes(), files: files, raw: true})
	if err == nil {
		err = r.err
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Compact(&out, r.value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
