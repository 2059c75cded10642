//go:build linux

package keep_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/keep"
)

// document is the n-th text of an object: long enough for a half of it to be
// seen, and nothing but one number.
func document(n int) []byte {
	return fmt.Appendf(nil, "<domain><n>%d</n>%s<m>%d</m></domain>", n, strings.Repeat(fmt.Sprintf("<x n='%d'/>", n), 2000), n)
}

// number is which one a text is, false when it is none of them.
func number(text []byte) (int, bool) {
	s := bare(text)
	_, after, _ := strings.Cut(s, "<n>")
	n, err := strconv.Atoi(strings.SplitN(after, "<", 2)[0])
	return n, err == nil && s == string(document(n))
}

// The writer keeps changing objects and says what has been acknowledged; it
// runs until it is killed.
func TestMain(m *testing.M) {
	if root := os.Getenv("KEEP_LOCK_ROOT"); root != "" {
		holdLocks(root)
		return
	}
	root := os.Getenv("KEEP_CRASH_ROOT")
	if root == "" {
		os.Exit(m.Run())
	}
	k := keep.New(keep.System(root))
	begin, _ := strconv.Atoi(os.Getenv("KEEP_CRASH_BEGIN"))
	bg := context.Background()
	for n := begin; ; n++ {
		name := fmt.Sprintf("d%d", n%3)
		value := fmt.Appendf(nil, "%d", n)
		must := func(err error) {
			if err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
		fmt.Println("begin", n)
		must(k.Keep(bg, drivers.Kept{Kind: drivers.KindDomain, Name: name, Document: document(n)}))
		must(k.SetAutostart(bg, drivers.KindDomain, name, n%2 == 0))
		must(k.Keep(bg, drivers.Kept{Kind: drivers.KindSnapshot, Owner: name, Name: "s", Document: document(n)}))
		must(k.Keep(bg, drivers.Kept{Kind: drivers.KindSecret, Name: secretID, Document: document(0), Value: value}))
		must(k.Forget(bg, drivers.KindDomain, "", "gone"))
		fmt.Println("done", n)
		must(k.Keep(bg, drivers.Kept{Kind: drivers.KindDomain, Name: "gone", Document: document(n)}))
	}
}

// A writer that is killed at any moment leaves no half of anything, and
// whatever it has acknowledged.
func TestKilledWriter(t *testing.T) {
	root := t.TempDir()
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	next := 1
	acked := map[string]int{} // the last acknowledged, by name
	half := 0
	for range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), "KEEP_CRASH_ROOT="+root, fmt.Sprintf("KEEP_CRASH_BEGIN=%d", next))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		first := make(chan bool)
		said := make(chan string)
		go func() {
			r := bufio.NewReader(io.LimitReader(out, 1<<20))
			var all bytes.Buffer
			var once sync.Once
			for line, err := r.ReadString('\n'); ; line, err = r.ReadString('\n') {
				all.WriteString(line)
				once.Do(func() { close(first) })
				if err != nil {
					break
				}
			}
			said <- all.String()
		}()
		<-first
		time.Sleep(time.Duration(rand.IntN(40000)) * time.Microsecond)
		_ = cmd.Process.Kill()
		text := <-said
		_ = cmd.Wait()
		began := next
		for _, line := range strings.Split(text, "\n") {
			word, rest, _ := strings.Cut(line, " ")
			n, _ := strconv.Atoi(rest)
			switch word {
			case "begin":
				began = n
			case "done":
				acked[fmt.Sprintf("d%d", n%3)] = n
				acked["value"] = n
			case "error":
				t.Fatal(line)
			}
		}
		next = began + 1
		half += checkAfterKill(t, root, acked, began)
	}
	if half == 0 {
		t.Errorf("no writer was killed in the middle of a change in %d rounds: the test shows nothing", rounds)
	}
	t.Logf("%d changes, %d of %d writers killed inside of one", next-1, half, rounds)
}

// checkAfterKill judges what a killed writer has left; it counts whether that
// was in the middle of a change.
func checkAfterKill(t *testing.T, root string, acked map[string]int, began int) (half int) {
	t.Helper()
	seen := map[string]int{}
	for _, o := range load(t, keep.New(keep.System(root)), nil) {
		n, ok := number(o.Document)
		if !ok {
			t.Fatalf("%s %s is none of the texts: %.200q", o.Kind, o.Name, o.Document)
		}
		switch o.Kind {
		case drivers.KindSecret:
			if n, _ = strconv.Atoi(string(o.Value)); n < acked["value"] || n > began {
				t.Errorf("the value is %q; acknowledged was %d, begun %d", o.Value, acked["value"], began)
			}
		case drivers.KindSnapshot:
			if n < acked[o.Owner] || n > began {
				t.Errorf("snapshot of %s: %d; acknowledged was %d, begun %d", o.Owner, n, acked[o.Owner], began)
			}
		case drivers.KindDomain:
			if o.Name == "gone" {
				if acked["value"] == began && n != began {
					t.Errorf("gone is there again as %d", n)
				}
				continue
			}
			if n < acked[o.Name] || n > began {
				t.Errorf("%s: %d; acknowledged was %d, begun %d", o.Name, n, acked[o.Name], began)
			}
			if n == acked[o.Name] && n%2 == 0 != o.Autostart {
				t.Errorf("%s: %d starts with the host: %v", o.Name, n, o.Autostart)
			}
			if n == began && n > acked[o.Name] {
				half = 1
			}
			seen[o.Name] = n
		}
	}
	for name := range acked {
		if _, ok := seen[name]; !ok && name != "value" {
			t.Errorf("%s is no longer there", name)
		}
	}
	return half
}
