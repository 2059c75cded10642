package drivers

import "context"

type callerKey struct{}

// CallerKey is the key under which the context of a client's call has the name
// of the public function (virDomainSuspend): errors about what a guest does not
// answer name who has asked for it.
var CallerKey any = callerKey{}

// Caller is that name, empty where no client is behind it.
func Caller(ctx context.Context) string {
	name, _ := ctx.Value(CallerKey).(string)
	return name
}
