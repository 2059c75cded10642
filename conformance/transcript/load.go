package transcript

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Answer is what a client process leaves behind.
type Answer struct {
	Exit   int    `json:"exit"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
}

// Entry is one call of virsh.
type Entry struct {
	N     int               `json:"n"`
	Argv  []string          `json:"argv"`
	Files map[string]string `json:"files"` // written to the working directory first
	Env   map[string]string `json:"env"`
	Stdin string            `json:"stdin"`
	// Recorded has the answers of a libvirtd 11.3.0, by the version of the virsh that asked.
	Recorded map[string]Recorded `json:"-"`
}

// Recorded is one recorded answer.
type Recorded struct {
	Answer
	Varies        []*regexp.Regexp // parts that differ between two runs against the same daemon
	HostDependent string           // why the answer is another one on another machine; empty: it is not
}

// Step is one command of the event recording, with the lines that the listeners print because of it.
type Step struct {
	Cmd    string      `json:"cmd"`
	Exit   int         `json:"exit"`
	Stderr *string     `json:"stderr"`
	Events []EventLine `json:"events"`
}

// EventLine is one line printed by one listener.
type EventLine struct {
	Stream string `json:"stream"`
	Line   string `json:"line"`
}

// Probe is one direct API call made through the Python binding, with its result or the whole error as received.
type Probe struct {
	Call         string         `json:"call"`
	OK           *string        `json:"ok,omitempty"`
	Error        map[string]any `json:"error,omitempty"`
	BindingError *string        `json:"binding_error,omitempty"`
}

// Recording is everything that was recorded.
type Recording struct {
	Entries []Entry
	Steps   []Step
	Streams map[string]string // listener name to its virsh command line
	Probes  []Probe
}

// Clients are the virsh versions whose sessions with a libvirtd 11.3.0 are recorded.
var Clients = []string{"9.0.0", "11.3.0"}

type rawAnswer struct {
	N int `json:"n"`
	Answer
	Varies        []string `json:"varies"`
	HostDependent string   `json:"host_dependent"`
}

// Load reads the recording from a folder: the argument lists from virsh-9.0.0.json and the answers from
// daemon-11.3.0.json.
func Load(dir string) (*Recording, error) {
	var list struct {
		Transcript []Entry `json:"transcript"`
	}
	var answers struct {
		Client1130 []rawAnswer `json:"client1130"`
		Client900  []rawAnswer `json:"client900"`
		EventMeta  struct {
			Streams map[string]string `json:"streams"`
		} `json:"event_meta"`
		EventStream []Step  `json:"event_stream"`
		APIProbe    []Probe `json:"api_probe"`
	}
	if err := readJSON(filepath.Join(dir, "virsh-9.0.0.json"), &list); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(dir, "daemon-11.3.0.json"), &answers); err != nil {
		return nil, err
	}
	byClient := map[string][]rawAnswer{"9.0.0": answers.Client900, "11.3.0": answers.Client1130}
	for i := range list.Transcript {
		list.Transcript[i].Recorded = make(map[string]Recorded, len(byClient))
	}
	for client, all := range byClient {
		if len(all) != len(list.Transcript) {
			return nil, fmt.Errorf("client %s: %d answers for %d entries", client, len(all), len(list.Transcript))
		}
		for i, a := range all {
			e := &list.Transcript[i]
			if a.N != i || e.N != i {
				return nil, fmt.Errorf("client %s: answer %d and entry %d stand at place %d", client, a.N, e.N, i)
			}
			r := Recorded{Answer: a.Answer, HostDependent: a.HostDependent}
			for _, v := range a.Varies {
				re, err := regexp.Compile(v)
				if err != nil {
					return nil, fmt.Errorf("entry %d: %w", i, err)
				}
				r.Varies = append(r.Varies, re)
			}
			e.Recorded[client] = r
		}
	}
	return &Recording{
		Entries: list.Transcript, Steps: answers.EventStream, Streams: answers.EventMeta.Streams, Probes: answers.APIProbe,
	}, nil
}

func readJSON(path string, to any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// File finds the content that an entry gives to the named file; the event steps use the files of the entries.
func (r *Recording) File(name string) (string, bool) {
	for _, e := range r.Entries {
		if text, ok := e.Files[name]; ok {
			return text, true
		}
	}
	return "", false
}
