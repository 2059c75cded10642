package argv

// hostVariables are taken over from the daemon's environment.
var hostVariables = []string{"PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "HOME", "USER", "LOGNAME", "TMPDIR"}

// env is the environment of the emulator: nothing of the daemon's beside a few
// names, a home of its own, and what the document asks for.
func (b *builder) env() []string {
	env := []string{"LC_ALL=C"}
	for _, name := range hostVariables {
		if name == "HOME" {
			env = append(env, "HOME="+b.o.Lib)
			continue
		}
		if b.o.HostEnv == nil {
			continue
		}
		if v := b.o.HostEnv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	env = append(env, "XDG_DATA_HOME="+b.o.Lib+"/.local/share", "XDG_CACHE_HOME="+b.o.Lib+"/.cache",
		"XDG_CONFIG_HOME="+b.o.Lib+"/.config")
	for _, g := range b.d.Devices.Graphics {
		if g.Type == "sdl" {
			if g.XAuth != "" {
				env = append(env, "XAUTHORITY="+g.XAuth)
			}
			if g.Display != "" {
				env = append(env, "DISPLAY="+g.Display)
			}
		}
	}
	for _, a := range b.d.Devices.Audios {
		switch {
		case a.Type == "sdl" && a.Driver != "":
			env = append(env, "SDL_AUDIODRIVER="+a.Driver)
		case a.Type == "pipewire" && a.RuntimeDir != "":
			env = append(env, "PIPEWIRE_RUNTIME_DIR="+a.RuntimeDir)
		}
	}
	if c := b.d.QEMUCommandline; c != nil {
		for _, v := range c.Env {
			if v.Name != nil {
				env = append(env, *v.Name+"="+v.Value)
			}
		}
	}
	return env
}
