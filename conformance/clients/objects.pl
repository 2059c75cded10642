#!/usr/bin/perl
# Every kind of object and of event once, as an application uses them through Sys::Virt.
# usage: objects.pl URI [superset]
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Network;
use Sys::Virt::NodeDevice;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;

my ($uri, $superset) = @ARGV;
my @seen;
my $late = 0;

Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => $uri);
my $timer = Sys::Virt::Event::add_timeout(10000, sub { $late = 1 });

# expect waits for an event, whatever other kinds come in between.
sub expect {
    my $want = join " ", @_;
    until (grep { $_ eq $want } @seen) {
        die "no event '$want' among: @seen\n" if $late;
        Sys::Virt::Event::run_default();
    }
    my $done = 0;
    @seen = grep { $done or $_ ne $want or not $done = 1 } @seen;
}

sub fails {
    my ($code, $f) = @_;
    eval { $f->() };
    die "no error, expected $code\n" unless $@;
    die "error " . $@->code . ", expected $code\n" unless ref $@ and $@->code == $code;
}

$conn->network_event_register_any(undef, Sys::Virt::Network::EVENT_ID_LIFECYCLE, sub { push @seen, "network " . $_[1]->get_name . " $_[2]" });
$conn->storage_pool_event_register_any(undef, Sys::Virt::StoragePool::EVENT_ID_LIFECYCLE, sub { push @seen, "pool " . $_[1]->get_name . " $_[2]" });
$conn->storage_pool_event_register_any(undef, Sys::Virt::StoragePool::EVENT_ID_REFRESH, sub { push @seen, "refreshed " . $_[1]->get_name });
$conn->node_device_event_register_any(undef, Sys::Virt::NodeDevice::EVENT_ID_LIFECYCLE, sub { push @seen, "device " . $_[1]->get_name . " $_[2]" });
$conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @seen, "domain " . $_[1]->get_name . " $_[2] $_[3]" });
$conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_METADATA_CHANGE, sub { push @seen, "metadata " . $_[1]->get_name . " $_[2]" });

my $net = $conn->define_network("<network><name>pl</name><forward/><bridge name='virbr8'/><ip address='192.168.78.1' netmask='255.255.255.0'/></network>");
expect("network", "pl", Sys::Virt::Network::EVENT_DEFINED);
$net->create();
expect("network", "pl", Sys::Virt::Network::EVENT_STARTED);
die "bridge\n" unless $net->get_bridge_name() eq "virbr8" and $net->is_active();
$net->destroy();
expect("network", "pl", Sys::Virt::Network::EVENT_STOPPED);
$net->undefine();
expect("network", "pl", Sys::Virt::Network::EVENT_UNDEFINED);
fails(Sys::Virt::Error::ERR_NO_NETWORK, sub { $conn->get_network_by_name("pl") });
print "networks\n";

my $pool = $conn->define_storage_pool("<pool type='dir'><name>pl</name><target><path>/pl</path></target></pool>");
expect("pool", "pl", Sys::Virt::StoragePool::EVENT_DEFINED);
$pool->create();
expect("pool", "pl", Sys::Virt::StoragePool::EVENT_STARTED);
$pool->refresh();
expect("refreshed", "pl");
my $vol = $pool->create_volume("<volume><name>v</name><capacity>4096</capacity></volume>");
die "volume\n" unless $vol->get_path() eq "/pl/v" and $vol->get_info()->{capacity} == 4096 and $pool->num_of_storage_volumes() == 1;
$vol->delete();
$pool->destroy();
expect("pool", "pl", Sys::Virt::StoragePool::EVENT_STOPPED);
$pool->undefine();
expect("pool", "pl", Sys::Virt::StoragePool::EVENT_UNDEFINED);
print "storage\n";

my $iface = $conn->define_interface("<interface type='ethernet' name='eth8'><mac address='aa:bb:cc:dd:ee:08'/></interface>");
$iface->create();
die "interface\n" unless $conn->get_interface_by_mac("aa:bb:cc:dd:ee:08")->get_name() eq "eth8" and $iface->is_active();
$iface->destroy();
$iface->undefine();
print "interfaces\n";

my $dev = $conn->create_node_device("<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>"
    . "<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>");
my $name = $dev->get_name();
expect("device", $name, Sys::Virt::NodeDevice::EVENT_CREATED);
die "device\n" unless $dev->get_parent() eq "scsi_host1";
$dev->destroy();
expect("device", $name, Sys::Virt::NodeDevice::EVENT_DELETED);
print "devices\n";

my $dom = $conn->define_domain("<domain type='test'><name>pl</name><memory>65536</memory><os><type>hvm</type></os></domain>");
expect("domain", "pl", Sys::Virt::Domain::EVENT_DEFINED, Sys::Virt::Domain::EVENT_DEFINED_ADDED);
$dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, "a title");
expect("metadata", "pl", Sys::Virt::Domain::METADATA_TITLE);
$dom->create();
expect("domain", "pl", Sys::Virt::Domain::EVENT_STARTED, Sys::Virt::Domain::EVENT_STARTED_BOOTED);
my $snap = $dom->create_snapshot("<domainsnapshot><name>s</name></domainsnapshot>");
die "snapshot\n" unless $snap->get_name() eq "s" and $dom->num_of_snapshots() == 1 and $snap->is_current();
$snap->delete();
$dom->destroy();
expect("domain", "pl", Sys::Virt::Domain::EVENT_STOPPED, Sys::Virt::Domain::EVENT_STOPPED_DESTROYED);
$dom->undefine();
expect("domain", "pl", Sys::Virt::Domain::EVENT_UNDEFINED, Sys::Virt::Domain::EVENT_UNDEFINED_REMOVED);
print "domains\n";

if ($superset) {
    # what is typed on the console of the simulated guest, and the event that it makes
    my @events = (
        [Sys::Virt::Domain::EVENT_ID_REBOOT, "reboot"], [Sys::Virt::Domain::EVENT_ID_RTC_CHANGE, "clock 90"],
        [Sys::Virt::Domain::EVENT_ID_WATCHDOG, "watchdog debug"], [Sys::Virt::Domain::EVENT_ID_IO_ERROR, "io-error /p.img virtio-disk0 report"],
        [Sys::Virt::Domain::EVENT_ID_IO_ERROR_REASON, "io-error /p.img virtio-disk0 report enospc"],
        [Sys::Virt::Domain::EVENT_ID_CONTROL_ERROR, "control-error"], [Sys::Virt::Domain::EVENT_ID_BLOCK_JOB, "block-job vda /p.img"],
        [Sys::Virt::Domain::EVENT_ID_BLOCK_JOB_2, "block-job vda /p.img ready"], [Sys::Virt::Domain::EVENT_ID_DISK_CHANGE, "disk-change ide0-0-0 /old /new"],
        [Sys::Virt::Domain::EVENT_ID_TRAY_CHANGE, "tray closed ide0-0-0"], [Sys::Virt::Domain::EVENT_ID_PMSUSPEND, "sleep"],
        [Sys::Virt::Domain::EVENT_ID_PMWAKEUP, "wake"], [Sys::Virt::Domain::EVENT_ID_BALLOON_CHANGE, "balloon 4096"],
        [Sys::Virt::Domain::EVENT_ID_DEVICE_REMOVED, "unplug net0"], [Sys::Virt::Domain::EVENT_ID_AGENT_LIFECYCLE, "agent connected"],
        [Sys::Virt::Domain::EVENT_ID_DEVICE_ADDED, "plug net1"], [Sys::Virt::Domain::EVENT_ID_MIGRATION_ITERATION, "migration 3"],
        [Sys::Virt::Domain::EVENT_ID_DEVICE_REMOVAL_FAILED, "keep net1"], [Sys::Virt::Domain::EVENT_ID_BLOCK_THRESHOLD, "threshold vda /p.img 10 5"],
        [Sys::Virt::Domain::EVENT_ID_MEMORY_FAILURE, "memory-failure guest inject"],
        [Sys::Virt::Domain::EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, "memory-size virtiomem0 512"], [Sys::Virt::Domain::EVENT_ID_TUNABLE, "tune cputune.vcpupin0 3"],
        [Sys::Virt::Domain::EVENT_ID_GRAPHICS, "screen"], [Sys::Virt::Domain::EVENT_ID_JOB_COMPLETED, "job 10"],
        [Sys::Virt::Domain::EVENT_ID_PMSUSPEND_DISK, "sleep disk"],
    );
    my $guest = $conn->define_domain("<domain type='test'><name>ev</name><memory>65536</memory><os><type>hvm</type></os></domain>");
    $guest->create();
    for my $e (@events) {
        my $id = $e->[0];
        $conn->domain_event_register_any($guest, $id, sub { push @seen, "event $id" });
    }
    my $console = $conn->new_stream();
    $guest->open_console($console, undef);
    for my $e (@events) {
        my $typed = "$e->[1]\r";
        $console->send($typed, length $typed);
        expect("event", $e->[0]);
    }
    $console->abort();
    $guest->destroy();
    $guest->undefine();
    print "events\n";
    $conn->secret_event_register_any(undef, Sys::Virt::Secret::EVENT_ID_LIFECYCLE, sub { push @seen, "secret " . $_[1]->get_usage_id() . " $_[2]" });
    my $secret = $conn->define_secret("<secret><usage type='ceph'><name>pl</name></usage></secret>");
    expect("secret", "pl", Sys::Virt::Secret::EVENT_DEFINED);
    $secret->set_value("value");
    die "secret\n" unless $secret->get_value() eq "value";
    $secret->undefine();
    expect("secret", "pl", Sys::Virt::Secret::EVENT_UNDEFINED);
    print "secrets\n";
    my $filter = $conn->define_nwfilter("<filter name='pl'><rule action='accept' direction='out'/></filter>");
    die "filter\n" unless $filter->get_xml_description() =~ /priority='500'/;
    $filter->undefine();
    print "filters\n";
}
Sys::Virt::Event::remove_timeout($timer);
print "done\n";
