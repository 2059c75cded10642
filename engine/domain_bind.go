package engine

// bindDomains binds every group of domain procedures.
func bindDomains(b *binder) {
	bindDomainLookup(b)
	bindDomainList(b)
	bindDomainDefine(b)
	bindDomainCreate(b)
	bindDomainPower(b)
	bindDomainInfo(b)
	bindDomainXML(b)
	bindDomainAutostart(b)
	bindDomainRename(b)
	bindDomainMetadata(b)
	bindDomainMemory(b)
	bindDomainVcpus(b)
	bindDomainLifecycle(b)
	bindDomainStats(b)
	bindDomainGuest(b)
	bindDomainConsole(b)
	bindDomainScreenshot(b)
	bindDomainCounters(b)
	bindDomainManagedSave(b)
	bindDomainSnapshots(b)
	bindDomainCheckpoints(b)
	bindDomainSave(b)
	bindDomainCoreDump(b)
	bindDomainScheduler(b)
}
