package domxml

// parsed keeps what the type has.
func (a *Audio) parsed(*decoder, node) error {
	k := Audio{ID: a.ID, Type: a.Type, TimerPeriod: a.TimerPeriod, Input: a.Input, Output: a.Output}
	switch a.Type {
	case "oss":
		k.TryMMap, k.Exclusive, k.DSPPolicy = a.TryMMap, a.Exclusive, a.DSPPolicy
	case "pulseaudio":
		k.ServerName = a.ServerName
	case "pipewire":
		k.RuntimeDir = a.RuntimeDir
	case "sdl":
		k.Driver = a.Driver
	case "file":
		k.Path = a.Path
	}
	*a = k
	for _, s := range []*AudioStream{a.Input, a.Output} {
		if s == nil {
			continue
		}
		s.tie(a.Type)
		if s.FixedSettings == Yes && s.MixingEngine != Yes {
			return errUnsupported("fixed audio settings requires mixing engine")
		}
		if t := s.Settings; t != nil && *t != (AudioSettings{}) && s.FixedSettings != Yes {
			return errUnsupported("audio settings specified without fixed settings flag")
		}
	}
	return nil
}

// tie keeps what streams of the type have.
func (s *AudioStream) tie(kind string) {
	k := AudioStream{
		MixingEngine: s.MixingEngine, FixedSettings: s.FixedSettings, Voices: s.Voices, BufferLength: s.BufferLength, Settings: s.Settings,
	}
	switch kind {
	case "alsa":
		k.Dev = s.Dev
	case "coreaudio", "sdl":
		k.BufferCount = s.BufferCount
	case "jack":
		k.ServerName, k.ClientName, k.ConnectPorts, k.ExactName = s.ServerName, s.ClientName, s.ConnectPorts, s.ExactName
	case "oss":
		k.Dev, k.BufferCount, k.TryPoll = s.Dev, s.BufferCount, s.TryPoll
	case "pulseaudio", "pipewire":
		k.Name, k.StreamName, k.Latency = s.Name, s.StreamName, s.Latency
	}
	*s = k
}
