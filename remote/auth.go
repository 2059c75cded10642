package remote

import (
	"context"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Authenticator decides how the peers of a listener prove who they are.
type Authenticator interface {
	// Begin is asked once per connection.
	Begin(peer proc.Identity) Authentication
}

// Authentication is one connection's way to being trusted. Until it is done
// the peer may use nothing but the procedures auth_list, auth_sasl_init,
// auth_sasl_start, auth_sasl_step and auth_polkit, 66 to 70.
type Authentication interface {
	// Done reports whether the peer is trusted. Any goroutine may ask.
	Done() bool
	// Serve answers one of the procedures, which c.Info tells: it decodes args
	// and appends the encoded result to out, as proc.Handler.Serve does. It
	// may wait, and calls of one connection may come at the same time.
	Serve(ctx context.Context, c *proc.Call, args, out []byte) ([]byte, error)
}

// authProcedures are the procedures of authentication.
var authProcedures = map[int32]*proc.Info{
	remoteproto.ProcAuthList:      remoteproto.AuthList.Info,
	remoteproto.ProcAuthSASLInit:  remoteproto.AuthSASLInit.Info,
	remoteproto.ProcAuthSASLStart: remoteproto.AuthSASLStart.Info,
	remoteproto.ProcAuthSASLStep:  remoteproto.AuthSASLStep.Info,
	remoteproto.ProcAuthPolkit:    remoteproto.AuthPolkit.Info,
}

// authHandler makes the handler of a procedure of authentication, or nil for
// any other.
func (c *conn) authHandler(program uint32, number int32) *proc.Handler {
	if program != remoteproto.Program.Number {
		return nil
	}
	info := authProcedures[number]
	if info == nil {
		return nil
	}
	_, trusting := c.auth.(openDoor)
	return &proc.Handler{Info: info, Quick: trusting, Serve: c.auth.Serve}
}

// openDoor trusts everybody: auth type none.
type openDoor struct{}

func (openDoor) Done() bool { return true }

func (openDoor) Serve(_ context.Context, c *proc.Call, _, out []byte) ([]byte, error) {
	if c.Info.Number != remoteproto.ProcAuthList {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrAuthFailed, "authentication failed")
	}
	return remoteproto.AuthList.AppendRet(out, &remoteproto.AuthListRet{
		Types: []remoteproto.AuthType{remoteproto.AuthTypeNone},
	})
}
