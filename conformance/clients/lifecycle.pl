#!/usr/bin/perl
# A domain's life as an application sees it through Sys::Virt, with the events in order.
# usage: lifecycle.pl URI
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;

my $uuid = "c0ffee00-0000-4000-8000-000000000002";
my $xml = "<domain type='test'><name>perl</name><uuid>$uuid</uuid><memory>65536</memory><os><type>hvm</type></os></domain>";
my @names = qw(defined undefined started suspended resumed stopped);
my @seen;

Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => $ARGV[0]);
my $late = 0;
my $timer = Sys::Virt::Event::add_timeout(10000, sub { $late = 1 });
my $callback = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
    my ($c, $dom, $event, $detail) = @_;
    push @seen, [$dom->get_name, $dom->get_uuid_string, $names[$event], $detail];
});

sub expect {
    my ($event, $detail) = @_;
    Sys::Virt::Event::run_default() until @seen or $late;
    die "no event, expected $event\n" unless @seen;
    my $got = join " ", @{shift @seen};
    my $want = "perl $uuid $event $detail";
    die "event $got, expected $want\n" if $got ne $want;
    print "event $event $detail\n";
}

my $dom = $conn->define_domain($xml);
expect("defined", Sys::Virt::Domain::EVENT_DEFINED_ADDED);
$dom->create();
expect("started", Sys::Virt::Domain::EVENT_STARTED_BOOTED);
die "not running\n" unless $dom->get_info()->{state} == Sys::Virt::Domain::STATE_RUNNING;
die "not in the list\n" unless grep { $_->get_name eq "perl" } $conn->list_all_domains();
$dom->suspend();
expect("suspended", Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED);
$dom->resume();
expect("resumed", Sys::Virt::Domain::EVENT_RESUMED_UNPAUSED);
$dom->destroy();
expect("stopped", Sys::Virt::Domain::EVENT_STOPPED_DESTROYED);
$dom->undefine();
expect("undefined", Sys::Virt::Domain::EVENT_UNDEFINED_REMOVED);
eval { $conn->get_domain_by_name("perl") };
die "the domain is still there\n" unless $@ and $@->code == Sys::Virt::Error::ERR_NO_DOMAIN;
$conn->domain_event_deregister_any($callback);
Sys::Virt::Event::remove_timeout($timer);
undef $dom;
undef $conn;
print "done\n";
