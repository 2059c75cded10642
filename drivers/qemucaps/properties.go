//go:build linux

package qemucaps

import (
	"context"
	"slices"
)

// maxCrashes is how many types may take the emulator down before the probe
// gives up.
const maxCrashes = 8

// askProperties starts the emulator without KVM and asks for the properties of
// types, and for what depends on KVM where the first process had it.
//
// Some types take the emulator down when it looks at them: those whose other
// half is in a module that is not installed. Such a type is struck from the
// list, as it would take a guest down, too, and the rest is asked again.
func (e *Emulator) askProperties(ctx context.Context, as *User) error {
	for crashes := 0; ; crashes++ {
		asking := ""
		err := e.ask(ctx, "tcg", as, func(q *questioner) {
			if e.KVM && e.TCGCPUs == nil {
				e.askTCG(q)
			}
			e.properties(q, &asking)
		})
		if err == nil {
			return nil
		}
		if asking == "" || crashes == maxCrashes || ctx.Err() != nil {
			return err
		}
		delete(e.Types, asking)
	}
}

// properties asks for the properties that are not known yet; asking says which
// type is being asked about.
func (e *Emulator) properties(q *questioner, asking *string) {
	ask := func(command string, interesting ...string) {
		for _, typ := range interesting {
			if known, ok := e.Types[typ]; !ok || known != nil || q.err != nil {
				continue
			}
			*asking = typ
			var list []named
			q.may(command, map[string]string{"typename": typ}, &list)
			if q.err != nil {
				return
			}
			found := names(list)
			slices.Sort(found)
			e.Types[typ] = found
			*asking = ""
		}
	}
	ask("device-list-properties", interestingDevices...)
	ask("qom-list-properties", interestingObjects...)
	for _, m := range e.Machines {
		if m.Alias != "" || m.Name == "microvm" { // the versions behind have the same
			ask("qom-list-properties", m.Name+"-machine")
		}
	}
}
