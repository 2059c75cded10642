package domxml

// What objects need beyond what their schemas call required.
func init() {
	always["/storagepoolCapabilities/pool"] = []string{"@type=dir"}
	for _, path := range []string{"/volume/target", "/volume/backingStore", "/domainbackup/disks/disk/scratch", "/domainbackup/disks/disk/target"} {
		always[path+"/encryption/secret"] = []string{"@usage=a"}
		always[path+"/encryption"] = []string{"cipher"}
		always[path+"/encryption/cipher"] = []string{"@name=aes", "@size=256"}
		always[path+"/permissions"] = []string{"mode", "owner", "group"}
		always[path+"/permissions/owner"] = []string{"=1"}
		always[path+"/permissions/group"] = []string{"=1"}
	}
	always["/volume"] = []string{"capacity"}
	always["/pool"] = []string{"name", "source", "target"}
	always["/pool/source"] = []string{"name", "host", "dir", "device", "adapter"}
	always["/pool/source/name"] = []string{"=a"}
	always["/pool/source/host"] = []string{"@name=a"}
	always["/pool/source/dir"] = []string{"@path=/a"}
	always["/pool/source/device"] = []string{"@path=/a"}
	always["/pool/source/adapter"] = []string{"@type=fc_host", "@wwnn=1111111111111111", "@wwpn=1111111111111112"}
	always["/pool/source/auth"] = []string{"@type=chap", "@username=a", "secret"}
	always["/pool/source/auth/secret"] = []string{"@usage=a"}
	always["/pool/target"] = []string{"path"}
	always["/pool/target/path"] = []string{"=/a"}
	always["/pool/target/permissions"] = []string{"mode", "owner", "group"}
	always["/pool/target/permissions/owner"] = []string{"=1"}
	always["/pool/target/permissions/group"] = []string{"=1"}
	always["/cpu"] = []string{"arch", "model"}
	always["/cpu/arch"] = []string{"=x86_64"}
	always["/cpu/model"] = []string{"=qemu64"}
	for _, inner := range []string{"/numa/cell", "/numa/cell/cache", "/numa/cell/cache/size", "/numa/interconnects/latency", "/numa/interconnects/bandwidth"} {
		always["/cpu"+inner] = always["/domain/cpu"+inner]
	}
	always["/device"] = []string{"capability"}
	always["/domainsnapshot"] = []string{"name", "creationTime", "state"}
	always["/domainsnapshot/creationTime"] = []string{"=1"}
	always["/domainsnapshot/memory"] = []string{"@snapshot=external", "@file=/a"}
	always["/domainsnapshot/state"] = []string{"=running"}
	for _, disks := range []string{"/domainsnapshot/disks/disk", "/domainsnapshot/revertDisks/disk"} {
		always[disks] = []string{"@name=vda"}
		for _, source := range []string{disks + "/source", disks + "/source/dataStore/source"} {
			always[source+"/auth/secret"] = []string{"@usage=a"}
			always[source+"/encryption"] = []string{"@format=luks", "cipher"}
			always[source+"/encryption/secret"] = []string{"@usage=a"}
			always[source+"/host"] = []string{"@name=a"}
		}
	}
}
