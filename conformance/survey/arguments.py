"""For each procedure: arguments that the reference accepts, the object the call is about, and ways to spoil them."""

import os

from world import FULL, FULL_UUID, UNKNOWN_UUID

DIR = os.environ.get("SURVEY_DIR", "/run/libvirt/t")  # the one folder of the reference where probes may write
NET2 = "<network><name>net2</name><uuid>22222222-2222-4222-8222-222222222222</uuid></network>"
POOL2 = "<pool type='dir'><name>pool2</name><uuid>33333333-3333-4333-8333-333333333333</uuid><target><path>/pool2</path></target></pool>"
VOL2 = "<volume><name>vol2</name><capacity>1048576</capacity></volume>"
VPORT = "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'><wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>"
IFACE2 = "<interface type='ethernet' name='eth2'><mac address='aa:bb:cc:dd:ee:02'/></interface>"
DISK = "<disk type='file' device='disk'><source file='/var/lib/new.img'/><target dev='vdb' bus='virtio'/></disk>"
DISK_SAME = "<disk type='file' device='disk'><source file='/var/lib/full.img'/><target dev='vda' bus='virtio'/></disk>"
DOM2 = ("<domain type='test'><name>dom2</name><uuid>44444444-4444-4444-8444-444444444444</uuid>"
        "<memory>1024</memory><os><type>hvm</type></os></domain>")
CPU = "<cpu><arch>x86_64</arch><model>Nehalem</model><topology sockets='1' cores='1' threads='1'/></cpu>"
BYTE = b"\x03"


def param(field, tag, value):
    return {"field": field, "value": (tag, value)}


WEIGHT = [param("weight", 2, 60)]

BASE = {
    "connect_open": {"name": "test:///default"},
    "connect_get_max_vcpus": {"type": "test"},
    "connect_supports_feature": {"feature": 9},
    "domain_create_xml": {"xml_desc": DOM2},
    "domain_create_xml_with_files": {"xml_desc": DOM2},
    "domain_define_xml": {"xml": DOM2},
    "domain_define_xml_flags": {"xml": DOM2},
    "domain_attach_device": {"xml": DISK},
    "domain_attach_device_flags": {"xml": DISK, "flags": 1},
    "domain_detach_device": {"xml": DISK_SAME},
    "domain_detach_device_flags": {"xml": DISK_SAME, "flags": 1},
    "domain_detach_device_alias": {"alias": "ua-disk", "flags": 1},
    "domain_update_device_flags": {"xml": DISK_SAME, "flags": 1},
    "domain_get_vcpus": {"maxinfo": 2, "maplen": 1},
    "domain_get_vcpu_pin_info": {"ncpumaps": 2, "maplen": 1},
    "domain_get_emulator_pin_info": {"maplen": 1},
    "domain_lookup_by_id": {"id": 1},
    "domain_lookup_by_name": {"name": "test"},
    "domain_lookup_by_uuid": {"uuid": FULL_UUID},
    "domain_pin_vcpu": {"vcpu": 0, "cpumap": BYTE},
    "domain_pin_vcpu_flags": {"vcpu": 0, "cpumap": BYTE},
    "domain_pin_emulator": {"cpumap": BYTE},
    "domain_pin_iothread": {"iothreads_id": 1, "cpumap": BYTE},
    "domain_set_autostart": {"autostart": 1},
    "domain_set_autostart_once": {"autostart": 1},
    "domain_set_max_memory": {"memory": 2097152},
    "domain_set_memory": {"memory": 524288},
    "domain_set_memory_flags": {"memory": 524288},
    "domain_set_memory_stats_period": {"period": 5},
    "domain_set_vcpus": {"nvcpus": 3},
    "domain_set_vcpus_flags": {"nvcpus": 3},
    "domain_set_vcpu": {"cpumap": "1", "state": 1},
    "domain_set_guest_vcpus": {"cpumap": "1", "state": 1},
    "domain_core_dump": {"to": DIR + "/core"},
    "domain_core_dump_with_format": {"to": DIR + "/core"},
    "domain_save": {"to": DIR + "/save"},
    "domain_save_flags": {"to": DIR + "/save"},
    "domain_save_params": {"params": [param("file", 7, DIR + "/save")]},
    "domain_restore": {"from": DIR + "/image"},
    "domain_restore_flags": {"from": DIR + "/image"},
    "domain_restore_params": {"params": [param("file", 7, DIR + "/image")]},
    "domain_save_image_get_xml_desc": {"file": DIR + "/image"},
    "domain_save_image_define_xml": {"file": DIR + "/image", "dxml": FULL},
    "domain_managed_save_define_xml": {"dxml": FULL},
    "domain_get_scheduler_parameters": {"nparams": 1},
    "domain_get_scheduler_parameters_flags": {"nparams": 1},
    "domain_set_scheduler_parameters": {"params": WEIGHT},
    "domain_set_scheduler_parameters_flags": {"params": WEIGHT},
    "domain_block_stats": {"path": "vda"},
    "domain_block_stats_flags": {"path": "vda", "nparams": 8},
    "domain_interface_stats": {"device": "testnet0"},
    "domain_block_peek": {"path": "vda", "size": 16},
    "domain_memory_peek": {"offset": 16, "size": 8, "flags": 1},
    "domain_memory_stats": {"maxStats": 16},
    "domain_get_block_info": {"path": "vda"},
    "domain_set_memory_parameters": {"params": [param("hard_limit", 4, 1000000)]},
    "domain_get_memory_parameters": {"nparams": 8},
    "domain_set_blkio_parameters": {"params": [param("weight", 2, 500)]},
    "domain_get_blkio_parameters": {"nparams": 8},
    "domain_set_numa_parameters": {"params": [param("numa_nodeset", 7, "0")]},
    "domain_get_numa_parameters": {"nparams": 8},
    "domain_set_interface_parameters": {"device": "testnet0", "params": [param("inbound.average", 2, 100)]},
    "domain_get_interface_parameters": {"device": "testnet0", "nparams": 8},
    "domain_set_block_io_tune": {"disk": "vda", "params": [param("total_bytes_sec", 4, 1000), param("total_bytes_sec_max", 4, 2000)]},
    "domain_get_block_io_tune": {"disk": "vda", "nparams": 32},
    "domain_get_cpu_stats": {"nparams": 3, "start_cpu": -1, "ncpus": 1},
    "domain_get_disk_errors": {"maxerrors": 4},
    "domain_set_metadata": {"type": 0, "metadata": "words"},
    "domain_get_metadata": {"type": 0},
    "domain_send_key": {"codeset": 0, "holdtime": 10, "keycodes": [30]},
    "domain_send_process_signal": {"pid_value": 1, "signum": 1},
    "domain_set_time": {"seconds": 1000},
    "domain_set_user_password": {"user": "root", "password": "secret"},
    "domain_rename": {"new_name": "renamed"},
    "domain_set_lifecycle_action": {"type": 1, "action": 1},
    "domain_set_perf_events": {"params": [param("cmt", 6, 1)]},
    "domain_set_iothread_params": {"iothread_id": 1, "params": [param("poll_max_ns", 4, 1000)]},
    "domain_add_iothread": {"iothread_id": 5},
    "domain_del_iothread": {"iothread_id": 1},
    "domain_set_launch_security_state": {"params": [param("sev-secret", 7, "x")]},
    "domain_snapshot_create_xml": {"xml_desc": "<domainsnapshot><name>s9</name></domainsnapshot>"},
    "domain_snapshot_lookup_by_name": {"name": "s1"},
    "domain_snapshot_list_names": {"maxnames": 8},
    "domain_snapshot_list_children_names": {"maxnames": 8},
    "domain_checkpoint_create_xml": {"xml_desc": "<domaincheckpoint><name>c9</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>"},
    "domain_checkpoint_lookup_by_name": {"name": "c1"},
    "domain_backup_begin": {"backup_xml": "<domainbackup/>"},
    "domain_block_commit": {"disk": "vda"}, "domain_block_copy": {"path": "vda", "destxml": DISK},
    "domain_block_job_abort": {"path": "vda"}, "domain_block_job_set_speed": {"path": "vda"},
    "domain_block_pull": {"path": "vda"}, "domain_block_rebase": {"path": "vda"}, "domain_block_resize": {"disk": "vda", "size": 4096},
    "domain_get_block_job_info": {"path": "vda"}, "domain_set_block_threshold": {"dev": "vda", "threshold": 1},
    "domain_fd_associate": {"name": "group"}, "domain_set_throttle_group": {"group": "g", "params": [param("total_bytes_sec", 4, 1)]},
    "domain_del_throttle_group": {"group": "g"}, "domain_authorized_ssh_keys_get": {"user": "root"},
    "domain_authorized_ssh_keys_set": {"user": "root", "keys": ["k"]}, "domain_start_dirty_rate_calc": {"seconds": 1},
    "domain_agent_set_response_timeout": {"timeout": 5}, "domain_get_guest_info": {"types": 0},
    "domain_migrate_perform": {"uri": "tcp://h"}, "domain_migrate_finish": {"dname": "x", "uri": "tcp://h"},
    "domain_migrate_finish2": {"dname": "x", "uri": "tcp://h"}, "domain_migrate_finish3": {"dname": "x", "uri": "tcp://h"},
    "domain_migrate_prepare2": {"dom_xml": DOM2}, "domain_migrate_prepare3": {"dom_xml": DOM2},
    "domain_migrate_prepare_tunnel": {"dom_xml": DOM2}, "domain_migrate_prepare_tunnel3": {"dom_xml": DOM2},
    "domain_migrate_set_max_speed": {"bandwidth": 10}, "domain_migrate_set_max_downtime": {"downtime": 10},
    "domain_pm_suspend_for_duration": {"target": 0},
    "node_get_cells_free_memory": {"startCell": 0, "maxcells": 2},
    "node_get_cpu_stats": {"cpuNum": -1, "nparams": 4},
    "node_get_memory_stats": {"cellNum": -1, "nparams": 4},
    "node_get_cpu_map": {"need_map": 1, "need_online": 1},
    "node_get_free_pages": {"pages": [4], "cellCount": 1},
    "node_alloc_pages": {"pageSizes": [4], "pageCounts": [1], "cellCount": 1},
    "node_set_memory_parameters": {"params": [param("shm_pages_to_scan", 2, 1)]},
    "node_get_memory_parameters": {"nparams": 8},
    "node_get_sev_info": {"nparams": 8},
    "connect_list_domains": {"maxids": 8},
    "connect_baseline_cpu": {"xmlCPUs": [CPU]}, "connect_compare_cpu": {"xml": CPU},
    "connect_baseline_hypervisor_cpu": {"xmlCPUs": [CPU]}, "connect_compare_hypervisor_cpu": {"xmlCPU": CPU},
    "connect_get_cpu_model_names": {"arch": "i686", "need_results": 1},
    "connect_domain_xml_from_native": {"nativeFormat": "x", "nativeConfig": "y"},
    "connect_domain_xml_to_native": {"nativeFormat": "x", "domainXml": DOM2},
    "connect_get_domain_capabilities": {},
    "connect_find_storage_pool_sources": {"type": "logical"},
    "connect_set_identity": {"params": [param("user-name", 7, "somebody")]},
    "network_create_xml": {"xml": NET2}, "network_create_xml_flags": {"xml": NET2},
    "network_define_xml": {"xml": NET2}, "network_define_xml_flags": {"xml": NET2},
    "network_lookup_by_name": {"name": "default"},
    "network_set_autostart": {"autostart": 1},
    "network_update": {"command": 3, "section": 4, "parentIndex": -1, "xml": "<host mac='52:54:00:00:00:09' ip='192.168.122.9'/>"},
    "network_set_metadata": {"type": 0, "metadata": "words"},
    "network_port_create_xml": {"xml": "<networkport><owner><uuid>11111111-1111-4111-8111-111111111111</uuid><name>full</name></owner></networkport>"},
    "network_port_get_parameters": {"nparams": 8},
    "network_port_set_parameters": {"params": [param("inbound.average", 2, 1)]},
    "storage_pool_create_xml": {"xml": POOL2}, "storage_pool_define_xml": {"xml": POOL2},
    "storage_pool_lookup_by_name": {"name": "default-pool"},
    "storage_pool_set_autostart": {"autostart": 1},
    "storage_pool_list_volumes": {"maxnames": 8},
    "storage_pool_lookup_by_target_path": {"path": "/default-pool"},
    "storage_vol_create_xml": {"xml": VOL2}, "storage_vol_create_xml_from": {"xml": VOL2},
    "storage_vol_lookup_by_name": {"name": "vol1"}, "storage_vol_lookup_by_key": {"key": "/default-pool/vol1"},
    "storage_vol_lookup_by_path": {"path": "/default-pool/vol1"},
    "storage_vol_resize": {"capacity": 2097152}, "storage_vol_wipe_pattern": {"algorithm": 0},
    "interface_lookup_by_name": {"name": "eth1"}, "interface_lookup_by_mac_string": {"mac": "aa:bb:cc:dd:ee:ff"},
    "interface_define_xml": {"xml": IFACE2},
    "node_device_lookup_by_name": {"name": "scsi_host1"}, "node_device_create_xml": {"xml_desc": VPORT},
    "node_device_define_xml": {"xml_desc": VPORT}, "node_device_update": {"xml_desc": VPORT},
    "node_device_lookup_scsi_host_by_wwn": {"wwnn": "2000000012341234", "wwpn": "1000000012341234"},
    "secret_define_xml": {"xml": "<secret/>"}, "secret_set_value": {"value": b"x"},
        "secret_lookup_by_usage": {"usageType": 1, "usageID": "x"},
    "nwfilter_define_xml": {"xml": "<filter name='f'/>"}, "nwfilter_define_xml_flags": {"xml": "<filter name='f'/>"},
    "nwfilter_lookup_by_name": {"name": "f"}, "nwfilter_binding_lookup_by_port_dev": {"name": "vnet0"},
    "nwfilter_binding_create_xml": {"xml": "<filterbinding/>"},
    "auth_sasl_start": {"mech": "PLAIN", "nil": 1},
    "qemu.domain_monitor_command": {"cmd": "info status"}, "qemu.domain_monitor_command_with_files": {"cmd": "info status"},
    "qemu.domain_agent_command": {"cmd": "{}"}, "qemu.domain_attach": {"pid_value": 1},
}

# calls about an inactive object: the survey stops it first, so that the accepted call is seen
INACTIVE = {"domain_create", "domain_create_with_flags", "domain_create_with_files", "domain_rename",
            "domain_managed_save_remove", "domain_managed_save_define_xml", "domain_managed_save_get_xml_desc",
            "network_create", "network_undefine", "storage_pool_create", "storage_pool_build", "storage_pool_undefine",
            "storage_pool_delete", "interface_create", "domain_save_image_define_xml", "domain_restore", "domain_restore_flags",
            "domain_restore_params", "domain_set_max_memory"}
PAUSED = {"domain_resume"}

# each value is (function text to try, ...) for a field name that the generic rules would get wrong
SPECIAL = {
    "to": ["", "/nonexistent/x"], "from": ["", "/nonexistent/x", "/etc/libvirt/libvirt.conf"],
        "file": ["", "/nonexistent/x", "/etc/libvirt/libvirt.conf"],
    "dxml": [None, "", "<x/>", FULL],
    "mountPoint": ["", "/", "/nowhere"], "mountpoints": [["/"], ["/nowhere"]],
    "uuid": [UNKNOWN_UUID, bytes(16)],
    "id": [0, 2, -1, 99],
    "eventID": [-1, 0, 1, 2, 22, 27, 28, 99],
    "callbackID": [-1, 0, 1, 99],
    "autostart": [0, 1, 2, -1],
    "type": None, "keycodes": [[], [1] * 16, [1] * 17, [0xFFFF], [0]],
    "codeset": [0, 1, 9, 10, 11, 99], "command": [0, 1, 2, 3, 4, 5, 99], "section": [0, 1, 3, 4, 12, 13, 99],
    "cpumap": None, "pages": [[], [4, 2048], [3]],
    "dumpformat": [0, 1, 4, 5, 99], "signum": [0, 1, 64, 65, 99], "pid_value": [0, 1, 2, -1],
    "nodeset": None,
}
XML_FIELDS = {"xml", "xml_desc", "domainXml", "dom_xml", "backup_xml", "checkpoint_xml", "destxml", "xmlCPU", "xmlin"}
BAD_XML = ["", "oops", "<x/>", "<domain/>"]


def spoil(field, resolved, value):
    """Other values for one argument: the edges of its type, and what its name suggests."""
    name, kind, typ = field["name"], resolved["kind"], resolved["type"]
    if name in XML_FIELDS:
        return BAD_XML + ([None] if kind == "optional" else [])
    if SPECIAL.get(name):
        return [v for v in SPECIAL[name] if v is not None or kind == "optional"]
    if kind == "string":
        return ["", "bogus", "a/b"]
    if kind == "optional":
        return [None, "", "bogus"] if "string" in typ else []
    if kind == "opaque":
        return [b"", b"\0", b"\xff", b"\x01" * 64, b"\xff\xff\xff\xff", b"x" * 2049 if resolved["max"] == 2048 else b"\0\0"]
    if kind == "array" and typ == "remote_typed_param":
        good = list(value or [])
        twice = [good + good] if good else []
        odd = [[dict(p, value=(7, "text") if p["value"][0] != 7 else (1, 1))] for p in good[:1]]
        return [[], [param("bogus", 1, 1)], [param("", 1, 1)], [param("x" * 80, 1, 1)]] + twice + odd
    if kind == "array":
        return [[]] + ([["bogus"]] if "string" in typ else [])
    if typ == "int":
        return [-1, 0, 1, 2, 3, 16384, 16385, 0x7FFFFFFF, -0x80000000]
    if typ == "uint":
        return [0, 1, 2, 3, 5, 16384, 16385, 0x7FFFFFFF, 0xFFFFFFFF]
    if typ in ("hyper", "uhyper"):
        return [0, 1, 2097153, 1 << 31, 1 << 40, (1 << 63) - 1, (1 << 64) - 1]
    return []
