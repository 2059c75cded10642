package argv

import "testing"

func TestShortName(t *testing.T) {
	for name, want := range map[string]string{
		"guest":                     "3-guest",
		"this-is-a-very-long-name":  "3-this-is-a-very-long-",
		"ünïcödé-änd-löng-nämé-xyz": "3-ünïcödé-änd-lö",
		"日本語日本語日本語":                 "3-日本語日本語",
		"a,b=c d":                   "3-a,b=c d",
	} {
		if got := ShortName(3, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
