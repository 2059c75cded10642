package qemupersonality

import "github.com/govirtd/govirtd/protocol/vir"

//go:generate go run ../internal/genrules -survey ../../../testdata/observed/survey-qemu.json -package qemupersonality -driver QEMU -domain 10

// domain is an error domain in the table of rules: procedures about other
// objects than domains are those of other drivers, which the QEMU driver's
// clients get with it.
func domain(d vir.ErrorDomain) *vir.ErrorDomain { return &d }
