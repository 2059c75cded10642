package engine

import (
	"strings"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// families are the error domains of libvirt's public functions, by the
// beginning of the C name; the longest wins.
var families = []struct {
	prefix string
	domain vir.ErrorDomain
}{
	{"virConnectListAllNodeDevices", vir.FromNodedev},
	{"virConnectNodeDevice", vir.FromNodedev},
	{"virNodeNumOfDevices", vir.FromNodedev},
	{"virNodeListDevices", vir.FromNodedev},
	{"virNodeDevice", vir.FromNodedev},
	{"virConnectListAllNetworks", vir.FromNetwork},
	{"virConnectNumOfNetworks", vir.FromNetwork},
	{"virConnectListNetworks", vir.FromNetwork},
	{"virConnectNumOfDefinedNetworks", vir.FromNetwork},
	{"virConnectListDefinedNetworks", vir.FromNetwork},
	{"virConnectNetwork", vir.FromNetwork},
	{"virNetwork", vir.FromNetwork},
	{"virConnectListAllInterfaces", vir.FromInterface},
	{"virConnectNumOfInterfaces", vir.FromInterface},
	{"virConnectListInterfaces", vir.FromInterface},
	{"virConnectNumOfDefinedInterfaces", vir.FromInterface},
	{"virConnectListDefinedInterfaces", vir.FromInterface},
	{"virInterface", vir.FromInterface},
	{"virConnectListAllStoragePools", vir.FromStorage},
	{"virConnectNumOfStoragePools", vir.FromStorage},
	{"virConnectListStoragePools", vir.FromStorage},
	{"virConnectNumOfDefinedStoragePools", vir.FromStorage},
	{"virConnectListDefinedStoragePools", vir.FromStorage},
	{"virConnectFindStoragePoolSources", vir.FromStorage},
	{"virConnectGetStoragePoolCapabilities", vir.FromStorage},
	{"virConnectStoragePool", vir.FromStorage},
	{"virStorage", vir.FromStorage},
	{"virConnectListAllSecrets", vir.FromSecret},
	{"virConnectNumOfSecrets", vir.FromSecret},
	{"virConnectListSecrets", vir.FromSecret},
	{"virConnectSecret", vir.FromSecret},
	{"virSecret", vir.FromSecret},
	{"virConnectListAllNWFilter", vir.FromNWFilter},
	{"virConnectNumOfNWFilters", vir.FromNWFilter},
	{"virConnectListNWFilters", vir.FromNWFilter},
	{"virNWFilter", vir.FromNWFilter},
	{"virDomainSnapshot", vir.FromDomainSnapshot},
	{"virDomainListAllSnapshots", vir.FromDomainSnapshot},
	{"virDomainHasCurrentSnapshot", vir.FromDomainSnapshot},
	{"virDomainRevertToSnapshot", vir.FromDomainSnapshot},
	{"virDomainCheckpoint", vir.FromDomainCheckpoint},
	{"virDomainListAllCheckpoints", vir.FromDomainCheckpoint},
}

// family is the error domain in which the public function of a procedure
// reports before any driver is asked.
func family(info *proc.Info) vir.ErrorDomain {
	if info.Program != &remoteproto.Program {
		return vir.FromNone
	}
	best, domain := 0, vir.FromDomain
	for _, f := range families {
		if len(f.prefix) > best && strings.HasPrefix(info.API, f.prefix) {
			best, domain = len(f.prefix), f.domain
		}
	}
	return domain
}
