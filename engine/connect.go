package engine

import (
	"context"
	"net/url"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindConnect(b *binder) {
	e := b.engine
	onSession(b, remoteproto.ConnectOpen, e.connectOpen)
	onSession(b, remoteproto.ConnectClose, e.connectClose).quick().everywhere()
	onSession(b, remoteproto.ConnectSupportsFeature, e.connectSupportsFeature).quick()
	onConn(b, remoteproto.ConnectGetType, connectGetType).quick().everywhere()
	onConn(b, remoteproto.ConnectGetVersion, connectGetVersion).quick().everywhere()
	onConn(b, remoteproto.ConnectGetLibVersion, connectGetLibVersion).quick().everywhere()
	onConn(b, remoteproto.ConnectGetHostname, connectGetHostname).quick().everywhere()
	onConn(b, remoteproto.ConnectGetURI, connectGetURI).quick().everywhere()
	onConn(b, remoteproto.ConnectIsSecure, connectIsSecure).quick().everywhere()
	onConn(b, remoteproto.ConnectGetCapabilities, connectGetCapabilities)
	onConn(b, remoteproto.ConnectSetIdentity, connectSetIdentity).quick().everywhere().wire(checkIdentity)
	needing[drivers.MaxVcpuser](onConn(b, remoteproto.ConnectGetMaxVcpus, connectGetMaxVcpus))
	needing[drivers.Sysinfoer](onConn(b, remoteproto.ConnectGetSysinfo, connectGetSysinfo))
	needing[drivers.DomainCapabilitieser](onConn(b, remoteproto.ConnectGetDomainCapabilities, connectGetDomainCapabilities))
	bindCloseCallback(b)
	bindDomainEvents(b)
}

// connectOpen opens the URI that a client names, without its transport part.
func (e *Engine) connectOpen(ctx context.Context, pc *proc.Call, a *remoteproto.ConnectOpenArgs) (*proc.Void, error) {
	if connOf(pc.Session) != nil {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "connection already open")
	}
	name := ""
	if a.Name != nil {
		name = *a.Name
	}
	if name == "" {
		name = e.cfg.DefaultURI
	}
	h, uri := e.again(name)
	if h == nil {
		pc.MayWait()
		var err error
		if h, uri, err = e.find(ctx, name); err != nil {
			return nil, err
		}
	}
	c := &Conn{
		engine: e, session: pc.Session, host: h, uri: uri,
		readOnly: pc.Session.ReadOnly() || a.Flags&uint32(vir.ConnectRO) != 0,
	}
	pc.Session.SetValue(c)
	pc.Session.OnClose(c.close)
	return nil, nil
}

// find opens the host of a URI and gives the URI's canonical form.
func (e *Engine) find(ctx context.Context, name string) (*Host, string, error) {
	uri, err := url.Parse(name)
	if err != nil {
		return nil, "", errNoDriver(name)
	}
	if uri.Scheme == "" {
		return nil, "", errNoDriver("URI '" + name + "' does not include a driver name")
	}
	for _, drv := range e.cfg.Drivers {
		if drv.Scheme() != uri.Scheme {
			continue
		}
		spec, err := drv.Open(ctx, uri)
		if err != nil {
			return nil, "", err
		}
		h, err := e.open(ctx, spec)
		if err == nil {
			e.remember(name, spec)
		}
		return h, spec.URI, err
	}
	return nil, "", errNoDriver(name)
}

func errNoDriver(uri string) error {
	return vir.Errorf(vir.FromNone, vir.ErrNoConnect, "%s", uri)
}

// connectClose answers and then ends the connection; it works at any time.
func (e *Engine) connectClose(_ context.Context, pc *proc.Call, _ *proc.Void) (*proc.Void, error) {
	// The world is given back before the client hears of it: who opens it again
	// after the reply finds a new one if this was its last user.
	if c := connOf(pc.Session); c != nil {
		c.close()
	}
	pc.Session.CloseAfterReply()
	return nil, nil
}

// Features of a connection, virDrvFeature: those that the daemon itself
// answers and those that every driver of ours has.
const (
	featureRemote                   = 2
	featureFDPassing                = 8
	featureTypedParamString         = 9
	featureProgramKeepalive         = 10
	featureXMLMigratable            = 11
	featureRemoteEventCallback      = 14
	featureRemoteCloseCallback      = 15
	featureNetworkUpdateHasNewOrder = 16
)

// connectSupportsFeature answers 0 for what it does not know; asking for
// keepalive starts it and is the one question allowed before connect_open.
func (e *Engine) connectSupportsFeature(_ context.Context, pc *proc.Call, a *remoteproto.ConnectSupportsFeatureArgs) (*remoteproto.ConnectSupportsFeatureRet, error) {
	if a.Feature == featureProgramKeepalive {
		pc.Session.StartKeepAlive()
		return &remoteproto.ConnectSupportsFeatureRet{Supported: 1}, nil
	}
	if connOf(pc.Session) == nil {
		return nil, errNotOpen(pc.Info)
	}
	switch a.Feature {
	case featureFDPassing, featureTypedParamString, featureRemoteEventCallback,
		featureRemoteCloseCallback, featureNetworkUpdateHasNewOrder:
		return &remoteproto.ConnectSupportsFeatureRet{Supported: 1}, nil
	}
	return &remoteproto.ConnectSupportsFeatureRet{}, nil
}

func connectGetType(c *call, _ *proc.Void) (*remoteproto.ConnectGetTypeRet, error) {
	return &remoteproto.ConnectGetTypeRet{Type: c.host.personality.Name()}, nil
}

func connectGetVersion(c *call, _ *proc.Void) (*remoteproto.ConnectGetVersionRet, error) {
	return &remoteproto.ConnectGetVersionRet{HvVer: c.host.personality.Version()}, nil
}

func connectGetLibVersion(*call, *proc.Void) (*remoteproto.ConnectGetLibVersionRet, error) {
	return &remoteproto.ConnectGetLibVersionRet{LibVer: LibVersion}, nil
}

func connectGetHostname(c *call, _ *proc.Void) (*remoteproto.ConnectGetHostnameRet, error) {
	return &remoteproto.ConnectGetHostnameRet{Hostname: c.conn.engine.cfg.Hostname}, nil
}

func connectGetURI(c *call, _ *proc.Void) (*remoteproto.ConnectGetURIRet, error) {
	return &remoteproto.ConnectGetURIRet{URI: c.conn.uri}, nil
}

// connectIsSecure says that the way from here to the hypervisor is local; the
// client adds its own transport to the judgement.
func connectIsSecure(*call, *proc.Void) (*remoteproto.ConnectIsSecureRet, error) {
	return &remoteproto.ConnectIsSecureRet{Secure: 1}, nil
}

func connectGetCapabilities(c *call, _ *proc.Void) (*remoteproto.ConnectGetCapabilitiesRet, error) {
	doc, err := c.host.personality.Capabilities(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectGetCapabilitiesRet{Capabilities: doc}, nil
}

// identityParams are what a daemon may say of the user whose call it forwards.
var identityParams = []paramRule{
	{vir.ConnectIdentityUserName, vir.TypedParamString}, {vir.ConnectIdentityUnixUserID, vir.TypedParamUllong},
	{vir.ConnectIdentityGroupName, vir.TypedParamString}, {vir.ConnectIdentityUnixGroupID, vir.TypedParamUllong},
	{vir.ConnectIdentityProcessID, vir.TypedParamLlong}, {vir.ConnectIdentityProcessTime, vir.TypedParamUllong},
	{vir.ConnectIdentitySASLUserName, vir.TypedParamString},
	{vir.ConnectIdentityX509DistinguishedName, vir.TypedParamString},
	{vir.ConnectIdentitySelinuxContext, vir.TypedParamString},
}

func checkIdentity(a *remoteproto.ConnectSetIdentityArgs) error {
	if err := checkParamNames(a.Params); err != nil {
		return err
	}
	return checkParams(a.Params, identityParams...)
}

// connectSetIdentity is for daemons that forward a user's call. Nobody may
// speak for others until there is authentication.
func connectSetIdentity(*call, *remoteproto.ConnectSetIdentityArgs) (*proc.Void, error) {
	return nil, nil
}

func connectGetMaxVcpus(c *call, a *remoteproto.ConnectGetMaxVcpusArgs) (*remoteproto.ConnectGetMaxVcpusRet, error) {
	typ := ""
	if a.Type != nil {
		typ = *a.Type
	}
	n, err := c.host.backend.(drivers.MaxVcpuser).MaxVcpus(c, typ)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectGetMaxVcpusRet{MaxVcpus: int32(n)}, nil
}

func connectGetSysinfo(c *call, _ *remoteproto.ConnectGetSysinfoArgs) (*remoteproto.ConnectGetSysinfoRet, error) {
	doc, err := c.host.backend.(drivers.Sysinfoer).Sysinfo(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectGetSysinfoRet{Sysinfo: doc}, nil
}

func connectGetDomainCapabilities(c *call, a *remoteproto.ConnectGetDomainCapabilitiesArgs) (*remoteproto.ConnectGetDomainCapabilitiesRet, error) {
	doc, err := c.host.backend.(drivers.DomainCapabilitieser).DomainCapabilities(c, drivers.DomainCapabilitiesQuery{
		Emulator: a.Emulatorbin, Arch: a.Arch, Machine: a.Machine, VirtType: a.Virttype,
	})
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectGetDomainCapabilitiesRet{Capabilities: doc}, nil
}

// str is an optional string, empty when absent.
func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
