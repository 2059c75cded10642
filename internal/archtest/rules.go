package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Rule says what the packages below a folder may import of this module. The longest folder that fits a package is its
// rule; a package without a rule is an error, so that every new place has to be decided about. Packages of the same rule
// may import each other.
type Rule struct {
	Folder string
	May    []string // packages, or folders with all their packages: "protocol/..."
	Why    string
	// TestsMay is what tests may import in addition.
	TestsMay []string
}

// contract is what a driver stands on.
var contract = []string{"drivers", "drivers/cpumap", "domxml/...", "protocol/vir", "internal/..."}

// everything is what is wired together at the top.
var everything = []string{"engine/...", "remote/...", "drivers/...", "domxml/...", "protocol/...", "internal/..."}

// kit is the acceptance kit of drivers.
var kit = []string{"drivers/drivertest"}

// Rules is the picture of docs/architecture.md, from the bottom up.
var Rules = []Rule{
	{Folder: "protocol/xdr", Why: "the codec stands below everything"},
	{Folder: "protocol/vir", Why: "numbers and errors stand below everything; their wire form is netpkt's"},
	{Folder: "protocol/proc", May: []string{"protocol/xdr", "protocol/vir"}, Why: "a procedure value knows how to encode and nothing else"},
	{Folder: "protocol/netpkt", May: []string{"protocol/xdr", "protocol/vir", "protocol/proc"}, Why: "packets know no procedures"},
	{Folder: "protocol", May: []string{"protocol/..."}, Why: "the protocol knows neither transport nor engine", TestsMay: []string{"xdrgen/..."}},
	{Folder: "xdrgen", Why: "the generator must run before anything else compiles", TestsMay: []string{"protocol/xdr", "protocol/proc"}},
	{Folder: "domxml", May: []string{"protocol/vir"}, Why: "documents are independent of who asks for them", TestsMay: []string{"internal/corpus"}},
	{Folder: "drivers", May: []string{"domxml/...", "protocol/vir"}, Why: "the contract speaks Go and domxml, never the wire"},
	{Folder: "drivers/cpumap", May: []string{"domxml/...", "protocol/vir"}, Why: "what is known of CPUs depends on nobody", TestsMay: []string{"internal/corpus"}},
	{Folder: "drivers/drivertest", May: contract, Why: "the kit tests drivers through the contract"},
	{Folder: "drivers/sim", May: contract, Why: "a driver knows the contract only, and no other driver", TestsMay: kit},
	{Folder: "drivers/qemucaps", May: []string{"protocol/vir", "internal/..."}, Why: "what is known of emulators depends on nobody", TestsMay: []string{"internal/corpus"}},
	{Folder: "drivers/qemu", May: append(slices.Clone(contract), "drivers/qemucaps"), Why: "a driver knows the contract only, and no other driver", TestsMay: kit},
	{Folder: "drivers/definition", May: contract, Why: "a driver knows the contract only, and no other driver", TestsMay: kit},
	{Folder: "drivers/storage", May: contract, Why: "a driver knows the contract only, and no other driver", TestsMay: kit},
	{Folder: "drivers/node", May: contract, Why: "a driver knows the contract only, and no other driver", TestsMay: kit},
	{Folder: "drivers/keep", May: contract, Why: "a driver knows the contract only, and no other driver", TestsMay: kit},
	{Folder: "drivers/personality/qemu", May: append(slices.Clone(contract), "drivers/qemucaps"), Why: "a personality knows the contract only, and no driver", TestsMay: kit},
	{Folder: "drivers/personality/test", May: contract, Why: "a personality knows the contract only, and no driver", TestsMay: kit},
	{Folder: "engine", May: []string{"protocol/...", "drivers", "domxml/...", "internal/..."}, Why: "the engine knows drivers by their contract, and no socket", TestsMay: []string{"drivers/..."}},
	{Folder: "remote", May: []string{"protocol/...", "internal/..."}, Why: "the transport knows no semantics; it meets the engine in proc.Table"},
	{Folder: "internal", Why: "leaves"},
	{Folder: "internal/trace", May: []string{"protocol/..."}, Why: "a trace knows packets and nothing behind them"},
	{Folder: "internal/bench", May: []string{"protocol/...", "internal/plot"}, Why: "a load generator knows packets and a socket"},
	{Folder: "internal/simulated", May: everything, Why: "it puts a personality and a simulation together", TestsMay: []string{"remote/...", "virttest/..."}},
	{Folder: "internal/daemon", May: everything, Why: "the wiring sees everything below it"},
	{Folder: "virttest", May: everything, Why: "the wiring sees everything below it"},
	{Folder: "cmd", May: []string{"internal/...", "protocol/...", "remote/...", "domxml"}, Why: "a command is a command line around something else"},
	{Folder: "conformance", Why: "the conformance tests know the daemon as a program and a socket", TestsMay: []string{"protocol/...", "internal/corpus"}},
}

// rule finds the rule of a package.
func rule(pkg string) (Rule, bool) {
	best, found := Rule{}, false
	for _, r := range Rules {
		if within(pkg, r.Folder) && (!found || len(r.Folder) > len(best.Folder)) {
			best, found = r, true
		}
	}
	return best, found
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// CheckImports lists what breaks the rules. Tests are bound by them, too, with the exceptions of their rule.
func CheckImports(files []File) []string {
	var broken []string
	for _, f := range files {
		r, ok := rule(f.Package)
		if !ok {
			broken = append(broken, fmt.Sprintf("%s: package %s has no rule in internal/archtest/rules.go", f.Path, f.Package))
			continue
		}
		for _, name := range f.Imports {
			if own(name) && !allowed(f, r, name) {
				broken = append(broken, fmt.Sprintf("%s imports %s: %s (%s may import %s)", f.Path, name, r.Why, r.Folder, list(r.May)))
			}
		}
	}
	return broken
}

func allowed(f File, r Rule, name string) bool {
	if of, ok := rule(name); ok && of.Folder == r.Folder {
		return true
	}
	may := r.May
	if f.Test {
		may = slices.Concat(may, r.TestsMay)
	}
	return slices.ContainsFunc(may, func(m string) bool {
		folder, all := strings.CutSuffix(m, "/...")
		return name == folder || all && within(name, folder)
	})
}

func list(folders []string) string {
	if len(folders) == 0 {
		return "nothing of the module"
	}
	return strings.Join(folders, ", ")
}
