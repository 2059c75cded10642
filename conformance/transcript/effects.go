package transcript

// Parts of an object that a command can change or look at.
const (
	existence = "existence"
	state     = "state"
	// everything is what a command reads that prints the whole object.
	everything = "everything"
)

// effect says what a command changes and what its output depends on, apart from the existence and the state of the
// objects it names, which every command depends on.
type effect struct {
	changes []string
	reads   []string
}

// family is a group of commands around one property: one of them changes it, all of them show it.
func family(property string, commands ...string) map[string]effect {
	m := make(map[string]effect, len(commands))
	for _, c := range commands {
		m[c] = effect{changes: []string{property}, reads: []string{property}}
	}
	return m
}

// reading is families whose commands look at a property of others, too.
func reading(property string, families ...map[string]effect) map[string]effect {
	m := merge(families...)
	for c, e := range m {
		e.reads = append(e.reads, property)
		m[c] = e
	}
	return m
}

// effects has the commands about domains. Commands about other kinds of object are not told apart: each of them
// changes and reads everything of the objects it names.
var effects = merge(
	reading("devices", family("disk limits", "blkdeviotune"), family("interface limits", "domiftune")),
	map[string]effect{"domifaddr": {reads: []string{"devices"}}, "domblkinfo": {reads: []string{"devices"}}, "domblkstat": {reads: []string{"devices"}}},
	family("pinning", "vcpupin", "emulatorpin", "vcpuinfo"),
	family("vcpus", "setvcpus", "setvcpu", "vcpucount", "guestvcpus"),
	family("iothreads", "iothreadadd", "iothreaddel", "iothreadset", "iothreadpin", "iothreadinfo"),
	family("memory", "setmem", "setmaxmem", "dommemstat"),
	family("memory limits", "memtune"),
	family("block weights", "blkiotune"),
	family("numa", "numatune"),
	family("scheduler", "schedinfo"),
	family("perf events", "perf"),
	family("file systems", "domfsfreeze", "domfsthaw", "domfsinfo", "domfstrim"),
	family("time", "domtime", "domcontrol"),
	family("metadata", "desc", "metadata"),
	family("lifecycle action", "set-lifecycle-action"),
	family("autostart", "autostart"),
	family("devices", "attach-device", "attach-disk", "attach-interface", "detach-device", "detach-device-alias", "detach-disk",
		"detach-interface", "update-device", "update-memory-device", "change-media", "domif-setlink", "domif-getlink",
		"domblklist", "domiflist"),
	// a snapshot shows what the domain had
	reading("devices", family("snapshots", "snapshot-create", "snapshot-create-as", "snapshot-delete", "snapshot-edit", "snapshot-current",
		"snapshot-list", "snapshot-info", "snapshot-parent", "snapshot-dumpxml")),
	family("checkpoints", "checkpoint-create", "checkpoint-create-as", "checkpoint-delete", "checkpoint-edit",
		"checkpoint-list", "checkpoint-info", "checkpoint-parent", "checkpoint-dumpxml"),
	map[string]effect{
		"start":              {changes: []string{state, "managed save"}, reads: []string{"managed save", "lifecycle action"}},
		"create":             {changes: []string{existence, state}},
		"destroy":            {changes: []string{existence, state}},
		"shutdown":           {changes: []string{existence, state}, reads: []string{"lifecycle action"}},
		"reboot":             {changes: []string{state}, reads: []string{"lifecycle action"}},
		"reset":              {changes: []string{state}},
		"suspend":            {changes: []string{state}},
		"resume":             {changes: []string{state}},
		"save":               {changes: []string{existence, state, "image"}},
		"restore":            {changes: []string{existence, state}, reads: []string{"image"}},
		"save-image-define":  {changes: []string{"image"}, reads: []string{"image"}},
		"save-image-edit":    {changes: []string{"image"}, reads: []string{"image"}},
		"save-image-dumpxml": {reads: []string{"image"}},
		"managedsave":        {changes: []string{state, "managed save"}},
		"managedsave-remove": {changes: []string{"managed save"}, reads: []string{"managed save"}},
		"managedsave-define": {reads: []string{"managed save"}},
		"managedsave-edit":   {reads: []string{"managed save"}},
		"dump":               {changes: []string{state}},
		"define":             {changes: []string{existence, "pinning", "vcpus", "memory", "metadata", "devices"}, reads: []string{everything}},
		"edit":               {changes: []string{existence, "metadata"}, reads: []string{everything}},
		"undefine":           {changes: []string{existence}, reads: []string{"managed save", "snapshots", "checkpoints"}},
		"domrename":          {changes: []string{existence}, reads: []string{"snapshots", "checkpoints"}},
		"snapshot-revert":    {changes: []string{state, everything}, reads: []string{"snapshots"}},
		"dumpxml":            {reads: []string{everything}},
		"domstats":           {reads: []string{everything}},
		"dominfo":            {reads: []string{"vcpus", "memory", "autostart", "managed save"}},
		"list":               {reads: []string{"metadata", "autostart", "managed save", "snapshots", "checkpoints"}},
		"cpu-stats":          {reads: []string{"vcpus"}},
	},
)

func merge(all ...map[string]effect) map[string]effect {
	m := map[string]effect{}
	for _, part := range all {
		for name, e := range part {
			m[name] = e
		}
	}
	return m
}

// settles tells which part of its objects a command puts into a known condition when it succeeds, whatever was before.
var settles = map[string]string{
	"start": state, "destroy": state, "suspend": state, "resume": state, "shutdown": state, "create": state,
	"undefine": everything, "net-undefine": everything, "pool-undefine": everything, "vol-delete": everything,
	"iface-undefine": everything, "nodedev-destroy": everything,
}
