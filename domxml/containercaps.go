package domxml

// ContainerCapabilities are those of a container's processes, in the order of the
// kernel's names.
type ContainerCapabilities struct {
	// Policy is what becomes of those that are not named.
	Policy         string     `xml:"policy,attr,omitempty" vir:"enum=default|allow|deny"`
	AuditControl   *FeatureOn `xml:"audit_control"`
	AuditWrite     *FeatureOn `xml:"audit_write"`
	BlockSuspend   *FeatureOn `xml:"block_suspend"`
	Chown          *FeatureOn `xml:"chown"`
	DACOverride    *FeatureOn `xml:"dac_override"`
	DACReadSearch  *FeatureOn `xml:"dac_read_search"`
	FOwner         *FeatureOn `xml:"fowner"`
	FSetID         *FeatureOn `xml:"fsetid"`
	IPCLock        *FeatureOn `xml:"ipc_lock"`
	IPCOwner       *FeatureOn `xml:"ipc_owner"`
	Kill           *FeatureOn `xml:"kill"`
	Lease          *FeatureOn `xml:"lease"`
	LinuxImmutable *FeatureOn `xml:"linux_immutable"`
	MACAdmin       *FeatureOn `xml:"mac_admin"`
	MACOverride    *FeatureOn `xml:"mac_override"`
	MkNod          *FeatureOn `xml:"mknod"`
	NetAdmin       *FeatureOn `xml:"net_admin"`
	NetBindService *FeatureOn `xml:"net_bind_service"`
	NetBroadcast   *FeatureOn `xml:"net_broadcast"`
	NetRaw         *FeatureOn `xml:"net_raw"`
	SetGID         *FeatureOn `xml:"setgid"`
	SetFCap        *FeatureOn `xml:"setfcap"`
	SetPCap        *FeatureOn `xml:"setpcap"`
	SetUID         *FeatureOn `xml:"setuid"`
	SysAdmin       *FeatureOn `xml:"sys_admin"`
	SysBoot        *FeatureOn `xml:"sys_boot"`
	SysChroot      *FeatureOn `xml:"sys_chroot"`
	SysModule      *FeatureOn `xml:"sys_module"`
	SysNice        *FeatureOn `xml:"sys_nice"`
	SysPAcct       *FeatureOn `xml:"sys_pacct"`
	SysPtrace      *FeatureOn `xml:"sys_ptrace"`
	SysRawIO       *FeatureOn `xml:"sys_rawio"`
	SysResource    *FeatureOn `xml:"sys_resource"`
	SysTime        *FeatureOn `xml:"sys_time"`
	SysTTYConfig   *FeatureOn `xml:"sys_tty_config"`
	Syslog         *FeatureOn `xml:"syslog"`
	WakeAlarm      *FeatureOn `xml:"wake_alarm"`
}

func (c *ContainerCapabilities) parsed(*decoder, node) error {
	if c.Policy == "" {
		c.Policy = "default"
	}
	return nil
}

// hidden leaves out what changes nothing.
func (c *ContainerCapabilities) hidden(FormatFlags) bool {
	return *c == ContainerCapabilities{Policy: "default"} || *c == ContainerCapabilities{}
}
