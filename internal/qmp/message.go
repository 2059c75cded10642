package qmp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// message is everything that a monitor may send, one line each.
type message struct {
	Greeting *Greeting       `json:"QMP"`
	Event    *string         `json:"event"`
	Data     json.RawMessage `json:"data"`
	Time     *timestamp      `json:"timestamp"`
	Return   json.RawMessage `json:"return"`
	Error    *refusal        `json:"error"`
	ID       *string         `json:"id"`

	line []byte // as it came, until the next one is read
}

// timestamp is -1 twice where QEMU has no clock.
type timestamp struct {
	Seconds      int64 `json:"seconds"`
	Microseconds int64 `json:"microseconds"`
}

func (t *timestamp) time() time.Time {
	if t == nil || t.Seconds < 0 || t.Microseconds < 0 {
		return time.Time{}
	}
	return time.Unix(t.Seconds, 0).Add(time.Duration(t.Microseconds%1e6) * time.Microsecond)
}

type refusal struct {
	Class string `json:"class"`
	Desc  string `json:"desc"`
}

// reader takes lines apart; the longest has max bytes.
type reader struct {
	in  *bufio.Reader
	max int
}

// readBuffer holds most messages whole; longer ones are put together.
const readBuffer = 4 << 10

func newReader(r io.Reader, max int) *reader {
	return &reader{in: bufio.NewReaderSize(r, readBuffer), max: max}
}

// next is the next message; what it holds, beside the line itself, is not
// overwritten by later ones.
func (r *reader) next() (*message, error) {
	for {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			continue
		}
		m := new(message)
		if err := json.Unmarshal(line, m); err != nil {
			return nil, fmt.Errorf("message of the monitor: %w", err)
		}
		m.line = line
		return m, nil
	}
}

func (r *reader) line() ([]byte, error) {
	var long []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if len(long)+len(part) > r.max {
			return nil, ErrTooLarge
		}
		if err == nil && long == nil {
			return bytes.TrimSpace(part), nil
		}
		long = append(long, part...)
		switch err {
		case nil:
			return bytes.TrimSpace(long), nil
		case bufio.ErrBufferFull:
		case io.EOF:
			if len(bytes.TrimSpace(long)) > 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, io.EOF
		default:
			return nil, err
		}
	}
}

// encode makes the line of a command.
func encode(name, id string, args any) ([]byte, error) {
	b, err := json.Marshal(struct {
		Execute   string `json:"execute"`
		Arguments any    `json:"arguments,omitempty"`
		ID        string `json:"id"`
	}{name, args, id})
	if err != nil {
		return nil, fmt.Errorf("arguments of QEMU command '%s': %w", name, err)
	}
	return append(b, '\r', '\n'), nil
}
