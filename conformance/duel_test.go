package conformance

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
)

var (
	duelCalls = flag.Int("duel.calls", 10000, "random calls that TestDuel makes")
	duelSeed  = flag.Int("duel.seed", 1, "what TestDuel draws its calls from")
)

// TestDuel makes random calls, good ones and bad ones, to our daemon in the strict mode and to the running reference, and
// wants the same results, errors and events from both. A difference is printed with the arguments that show it again.
func TestDuel(t *testing.T) {
	t.Parallel()
	python := lab.Tool(t, "python3")
	reference, subject := lab.Reference(t), lab.Start(t, lab.Strict)
	cmd := exec.Command(python, filepath.Join(lab.Root(), "conformance/survey/duel.py"),
		"--reference", reference.Socket(), "--subject", subject.Socket(),
		"--facts", filepath.Join(lab.Root(), "testdata/facts/rpc-programs.json"),
		"--survey", filepath.Join(lab.Root(), "testdata/observed/survey.json"),
		"--calls", strconv.Itoa(*duelCalls), "--seed", strconv.Itoa(*duelSeed))
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
