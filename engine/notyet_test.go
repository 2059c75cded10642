package engine_test

import (
	"testing"

	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestUnboundOrder: procedures without a handler refuse in the order of the
// reference: bounds, read-only, arguments, support.
func TestUnboundOrder(t *testing.T) {
	e := newEngine(true)
	s := connect(t, e, "test:///default")
	dom, empty := lookup(t, s, "test"), ""
	noSupport := func(api string) string { return "this function is not supported by the connection driver: " + api }
	const secretBound = "maxuuids > REMOTE_SECRET_LIST_MAX"
	fails(t, s, remoteproto.ConnectListSecrets, &remoteproto.ConnectListSecretsArgs{Maxuuids: 1 << 20}, vir.ErrRPC, secretBound)
	fails(t, s, remoteproto.ConnectListSecrets, &remoteproto.ConnectListSecretsArgs{Maxuuids: 1}, vir.ErrNoSupport, noSupport("virConnectListSecrets"))
	fails(t, s, remoteproto.DomainMigrateFinish, &remoteproto.DomainMigrateFinishArgs{Dname: empty}, vir.ErrInvalidArg,
		"string dname in virDomainMigrateFinish must not be empty")
	fails(t, s, remoteproto.DomainBlockRebase, &remoteproto.DomainBlockRebaseArgs{Dom: dom, Path: "vda", Flags: uint32(vir.DomainBlockRebaseCopy)},
		vir.ErrInvalidArg, "base in virDomainBlockRebase must not be NULL")
	fails(t, s, remoteproto.DomainBlockRebase, &remoteproto.DomainBlockRebaseArgs{Dom: dom, Path: "vda", Flags: uint32(vir.DomainBlockRebaseShallow)},
		vir.ErrInvalidArg, "use of flags requires a copy job")
	fails(t, s, remoteproto.DomainSaveParams, &remoteproto.DomainSaveParamsArgs{Dom: dom, Params: []remoteproto.TypedParam{
		{Field: "file", Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamInt)}}}},
		vir.ErrInvalidArg, "invalid argument: Invalid type 'string' requested for parameter 'file', actual type is 'int'")

	s = &session{engine: e, readOnly: true}
	must(t, s, remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{})
	t.Cleanup(s.end)
	fails(t, s, remoteproto.DomainMigrateFinish, &remoteproto.DomainMigrateFinishArgs{Dname: empty}, vir.ErrOperationDenied,
		"operation forbidden: read only access prevents virDomainMigrateFinish")
	fails(t, s, remoteproto.DomainManagedSaveDefineXML, &remoteproto.DomainManagedSaveDefineXMLArgs{Dom: dom, Flags: 6}, vir.ErrInvalidArg,
		"Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive")
	fails(t, s, qemuproto.ConnectDomainQemuMonitorEventDeregister, &qemuproto.ConnectDomainQemuMonitorEventDeregisterArgs{CallbackID: 3},
		vir.ErrInternalError, "internal error: qemu monitor event callback 3 not registered")
	fails(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom, Flags: 1}, vir.ErrOperationDenied,
		"operation forbidden: virDomainGetXMLDesc with secure flag")
}
