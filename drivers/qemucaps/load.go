package qemucaps

import (
	"encoding/json"
	"fmt"
	"io"
)

// maxRecording bounds a recording in bytes; real ones have less than 1 MiB.
const maxRecording = 32 << 20

// Load reads a recording that Save has written.
func Load(r io.Reader) (*Emulator, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxRecording+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxRecording {
		return nil, fmt.Errorf("a recording of an emulator has more than %d bytes", maxRecording)
	}
	e := &Emulator{}
	if err := json.Unmarshal(text, e); err != nil {
		return nil, err
	}
	return e, nil
}

// Save writes a recording.
func (e *Emulator) Save(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(e)
}
