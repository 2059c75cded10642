package engine

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
)

// turn is the right to change what is kept of the objects with some names.
//
// A call that changes a definition takes the turn, keeps what will be, swaps
// the record and ends the turn: what has been acknowledged is on the disk, and
// a change that cannot be kept is not made. The disk is waited for with no
// lock held, so that readers, and guests that tell something, never wait for
// it. When the turn ends and the record does not say what is kept, because the
// call has failed in between or the object has gone, the record counts.
//
// It comes behind the object's job and before the lock of its store. Without
// a Keeper it is nil, and its methods do nothing.
type turn struct {
	host *Host
	kind drivers.Kind
	disk map[string]lasting // what is kept now, by name
	done []func()
}

// turns are those that are taken, and who waits for them.
type turns struct {
	mu sync.Mutex
	by map[turnKey]*turnJob
	// off is what is kept of objects whose records say something else, since
	// the disk has failed twice: the next turn with them puts that right.
	off map[turnKey]lasting
}

type turnKey struct {
	kind drivers.Kind
	name string
}

type turnJob struct {
	job *job
	use int // calls that have it or wait for it
}

// take waits for one turn.
func (t *turns) take(ctx context.Context, owner string, key turnKey) (done func(), err error) {
	t.mu.Lock()
	if t.by == nil {
		t.by = map[turnKey]*turnJob{}
	}
	j := t.by[key]
	if j == nil {
		j = &turnJob{job: newJob()}
		t.by[key] = j
	}
	j.use++
	t.mu.Unlock()
	release, err := j.job.begin(ctx, owner)
	done = func() {
		if err == nil {
			release()
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if j.use--; j.use == 0 {
			delete(t.by, key)
		}
	}
	if err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// kept is what is kept of an object whose record is as given.
func (t *turns) kept(key turnKey, record lasting) lasting {
	t.mu.Lock()
	defer t.mu.Unlock()
	if disk, ok := t.off[key]; ok {
		delete(t.off, key)
		return disk
	}
	return record
}

// turn waits for its turn with the objects of these names.
func (h *Host) turn(ctx context.Context, owner string, kind drivers.Kind, names ...string) (*turn, error) {
	if h.keeper == nil {
		return nil, nil
	}
	t := &turn{host: h, kind: kind, disk: map[string]lasting{}}
	// In one order for everybody, or two would wait for each other.
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		done, err := h.turns.take(ctx, owner, turnKey{kind, name})
		if err != nil {
			t.end()
			return nil, err
		}
		t.done = append(t.done, done)
		t.disk[name] = h.turns.kept(turnKey{kind, name}, h.lastingOf(kind, name))
	}
	return t, nil
}

// keep writes down what is to be kept of an object; a failure changes nothing.
func (t *turn) keep(ctx context.Context, name string, l lasting) error {
	if t == nil {
		return nil
	}
	var err error
	t.disk[name], err = t.host.write(ctx, t.kind, name, t.disk[name], l)
	return err
}

// end makes sure that the records are what is kept, and gives the turn back.
func (t *turn) end() {
	if t == nil {
		return
	}
	for name, disk := range t.disk {
		disk, err := t.host.write(context.Background(), t.kind, name, disk, t.host.lastingOf(t.kind, name))
		if err == nil {
			continue
		}
		t.host.engine.log.Error("what is kept is not what is true", "kind", t.kind, "name", name, "error", err)
		ts := &t.host.turns
		ts.mu.Lock()
		if ts.off == nil {
			ts.off = map[turnKey]lasting{}
		}
		ts.off[turnKey{t.kind, name}] = disk
		ts.mu.Unlock()
	}
	for _, done := range t.done {
		done()
	}
}

// records of objects that are kept.
type lastingRecord[R any] interface {
	*R
	lasting() lasting
}

// commit is update for changes that may be of what is kept. change is called
// more than once. name is that of the object, which may change until its turn
// comes.
func commit[R any, P lastingRecord[R]](ctx context.Context, o *object[R], kind drivers.Kind, name func(*R) string, origin *proc.Call, change func(*R) []*event) error {
	t, err := turnOf(ctx, origin, o, kind, name)
	if err != nil {
		return err
	}
	defer t.end()
	if t != nil {
		r := *o.load()
		change(&r)
		if err := t.keep(ctx, name(o.load()), P(&r).lasting()); err != nil {
			return err
		}
	}
	o.update(origin, change)
	return nil
}

// turnOf waits for the turn with one object.
func turnOf[R any](ctx context.Context, origin *proc.Call, o *object[R], kind drivers.Kind, name func(*R) string) (*turn, error) {
	owner := "the daemon"
	if origin != nil {
		owner = origin.Info.API
	}
	for {
		now := name(o.load())
		t, err := o.host.turn(ctx, owner, kind, now)
		if err != nil || t == nil || name(o.load()) == now {
			return t, err
		}
		t.end()
	}
}

// forgetMoments makes the snapshots of a domain that has gone by itself no
// longer kept.
func (d *Domain) forgetMoments(last lasting) {
	name := d.load().name
	t, err := d.host.turn(context.Background(), "the daemon", drivers.KindDomain, name)
	if err != nil {
		d.host.engine.log.Error("snapshots of a domain that has gone stay", "name", name, "error", err)
		return
	}
	defer t.end() // which makes what is kept what the domain of that name has now
	l := t.disk[name]
	l.snapshots, l.checkpoints = last.snapshots, last.checkpoints
	t.disk[name] = l
}

// turn waits for the turn with a domain.
func (d *Domain) turn(c *call) (*turn, error) {
	return turnOf(c, c.Call, &d.object, drivers.KindDomain, (*record).called)
}

// commit is update for changes of what is kept.
func (d *Domain) commit(c *call, change func(*record) []*event) error {
	return commit(c, &d.object, drivers.KindDomain, (*record).called, c.Call, change)
}

func (n *Network) turn(c *call) (*turn, error) {
	return turnOf(c, c.Call, &n.object, drivers.KindNetwork, (*networkRecord).called)
}

func (n *Network) commit(c *call, change func(*networkRecord) []*event) error {
	return commit(c, &n.object, drivers.KindNetwork, (*networkRecord).called, c.Call, change)
}

func (p *StoragePool) turn(ctx context.Context, origin *proc.Call) (*turn, error) {
	return turnOf(ctx, origin, &p.object, drivers.KindStoragePool, (*poolRecord).called)
}

func (p *StoragePool) commit(c *call, change func(*poolRecord) []*event) error {
	return commit(c, &p.object, drivers.KindStoragePool, (*poolRecord).called, c.Call, change)
}

func (r *record) called() string        { return r.name }
func (r *networkRecord) called() string { return r.name }
func (r *poolRecord) called() string    { return r.name }

// write makes what is kept of an object what it is to be, and returns that. A
// failure leaves what was; if that fails, too, whatever was to be changed
// counts as changed, so that it is written again.
func (h *Host) write(ctx context.Context, kind drivers.Kind, name string, from, to lasting) (lasting, error) {
	var steps []step
	steps = append(steps, momentSteps(h, drivers.KindSnapshot, name, from.snapshots, to.snapshots, keptSnapshot)...)
	steps = append(steps, momentSteps(h, drivers.KindCheckpoint, name, from.checkpoints, to.checkpoints, keptCheckpoint)...)
	steps = append(steps, h.definitionSteps(kind, name, from, to)...)
	for i, s := range steps {
		err := s.do(ctx)
		if err == nil {
			continue
		}
		for _, s := range slices.Backward(steps[:i]) {
			if s.undo(context.WithoutCancel(ctx)) != nil {
				return to, err
			}
		}
		return from, err
	}
	return to, nil
}

// step is one call of the keeper.
type step struct{ do, undo func(context.Context) error }

// definitionSteps lead from one definition to another.
func (h *Host) definitionSteps(kind drivers.Kind, name string, from, to lasting) (steps []step) {
	put := func(l lasting) func(context.Context) error {
		return func(ctx context.Context) error {
			if l.def == nil {
				return h.keeper.Forget(ctx, kind, "", name)
			}
			text, err := l.def.kept()
			if err != nil {
				return err
			}
			return h.keeper.Keep(ctx, drivers.Kept{Kind: kind, Name: name, Document: text})
		}
	}
	mark := func(on bool) func(context.Context) error {
		return func(ctx context.Context) error { return h.keeper.SetAutostart(ctx, kind, name, on) }
	}
	once := func(on bool) func(context.Context) error {
		return func(ctx context.Context) error {
			if k, ok := h.keeper.(drivers.OnceKeeper); ok {
				return k.SetAutostartOnce(ctx, kind, name, on)
			}
			return nil
		}
	}
	if !sameDocument(from.def, to.def) {
		steps = append(steps, step{put(to), put(from)})
	}
	nothing := func(context.Context) error { return nil }
	switch {
	case to.def == nil: // Forget takes the marks away
		if from.autostart {
			steps = append(steps, step{nothing, mark(true)})
		}
		if from.once {
			steps = append(steps, step{nothing, once(true)})
		}
		slices.Reverse(steps) // back comes the definition first
		return steps
	case to.autostart != from.autostart:
		steps = append(steps, step{mark(to.autostart), mark(from.autostart)})
	}
	if to.once != from.once {
		steps = append(steps, step{once(to.once), once(from.once)})
	}
	return steps
}

// sameDocument says that the texts are equal, too, if the documents are not
// one.
func sameDocument(a, b document) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	x, errX := a.kept()
	y, errY := b.kept()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// momentSteps lead from some moments to others: what comes first, then what
// goes, so that a parent is there as long as its children.
func momentSteps[D any](h *Host, kind drivers.Kind, owner string, from, to *moments[D], kept func(*moment[D], bool) ([]byte, error)) (come []step) {
	if from == to {
		return nil
	}
	put := func(ms *moments[D], name string) func(context.Context) error {
		return func(ctx context.Context) error {
			m := ms.get(name)
			if m == nil {
				return h.keeper.Forget(ctx, kind, owner, name)
			}
			text, err := kept(m, ms.current == name)
			if err != nil {
				return err
			}
			return h.keeper.Keep(ctx, drivers.Kept{Kind: kind, Owner: owner, Name: name, Document: text})
		}
	}
	var gone []step
	for _, m := range from.walk("", true) {
		if to.get(m.name) == nil {
			gone = append(gone, step{put(to, m.name), put(from, m.name)})
		}
	}
	for _, m := range to.walk("", true) {
		if from.get(m.name) != m || from.isCurrent(m) != to.isCurrent(m) {
			come = append(come, step{put(to, m.name), put(from, m.name)})
		}
	}
	slices.Reverse(gone)
	return append(come, gone...)
}
