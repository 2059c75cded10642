package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What is asked of the long work on a guest: saving, dumping, migrating. There
// is no such work yet, and that is what clients hear, who ask before and after
// everything they do.

func bindDomainJob(b *binder) {
	needing[drivers.JobReporter](onDomain(b, remoteproto.DomainGetJobInfo, func(_ *call, d *Domain, _ *remoteproto.DomainGetJobInfoArgs) (*remoteproto.DomainGetJobInfoRet, error) {
		return &remoteproto.DomainGetJobInfoRet{Type: int32(vir.DomainJobNone)}, d.mustRun()
	}))
	needing[drivers.JobReporter](onDomain(b, remoteproto.DomainGetJobStats, func(_ *call, d *Domain, a *remoteproto.DomainGetJobStatsArgs) (*remoteproto.DomainGetJobStatsRet, error) {
		out := &remoteproto.DomainGetJobStatsRet{Type: int32(vir.DomainJobNone)}
		if a.Flags&uint32(vir.DomainJobStatsCompleted) != 0 {
			return out, nil // none has been, whatever the domain does
		}
		return out, d.mustRun()
	}).args(func(a *remoteproto.DomainGetJobStatsArgs) error {
		const keep, completed = uint32(vir.DomainJobStatsKeepCompleted), uint32(vir.DomainJobStatsCompleted)
		return required(remoteproto.DomainGetJobStats.Info, a.Flags, keep, completed,
			"VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED", "VIR_DOMAIN_JOB_STATS_COMPLETED")
	}))
	needing[drivers.JobReporter](onDomain(b, remoteproto.DomainAbortJob, func(c *call, d *Domain, _ *remoteproto.DomainAbortJobArgs) (*proc.Void, error) {
		return nil, d.abortJob()
	}))
	needing[drivers.JobReporter](onDomain(b, remoteproto.DomainAbortJobFlags, func(c *call, d *Domain, _ *remoteproto.DomainAbortJobFlagsArgs) (*proc.Void, error) {
		return nil, d.abortJob()
	}))
}

func (d *Domain) mustRun() error {
	if !d.load().active() {
		return errNotActive()
	}
	return nil
}

func (d *Domain) abortJob() error {
	if err := d.mustRun(); err != nil {
		return err
	}
	return d.host.errorf(vir.ErrOperationInvalid, "no job is active on the domain")
}
