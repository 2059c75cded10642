package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/govirtd/govirtd/protocol/vir"
)

// jobWait is how long a call waits for a domain's job, as the reference does.
const jobWait = 30 * time.Second

// job lets one call at a time change a domain. It is no mutex: a waiting call
// gives up when its caller has gone or after jobWait, and the error names who
// holds it and since when.
type job struct {
	slot  chan struct{}
	mu    sync.Mutex
	owner string
	since time.Time
}

func newJob() *job { return &job{slot: make(chan struct{}, 1)} }

// begin takes the job for the named call; the returned function gives it back.
func (j *job) begin(ctx context.Context, owner string) (func(), error) {
	select {
	case j.slot <- struct{}{}:
	default:
		if c, ok := ctx.(*call); ok {
			c.MayWait()
		}
		timer := time.NewTimer(jobWait)
		defer timer.Stop()
		select {
		case j.slot <- struct{}{}:
		case <-ctx.Done():
			return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationAborted, "%s", "the caller has gone while waiting for "+j.holder())
		case <-timer.C:
			return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationTimeout, "cannot acquire state change lock (held by %s)", j.holder())
		}
	}
	j.mu.Lock()
	j.owner, j.since = owner, time.Now()
	j.mu.Unlock()
	return func() { <-j.slot }, nil
}

// holder describes the present owner for an error text.
func (j *job) holder() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return fmt.Sprintf("%s for %s", j.owner, time.Since(j.since).Truncate(time.Second))
}
