#!/usr/bin/env python3
"""Observes what sequences of calls do to domains of the reference's test driver; writes sequences.json.

    sequences.py --socket 'oracle/socket DIR' --facts testdata/facts/rpc-programs.json --out testdata/observed/sequences.json
"""

import argparse
import os
import random
import sys

import report
import wire
import world
from script import Script, by, ident, minimal

DIR = os.environ.get("SURVEY_DIR", "/run/libvirt/t")
FULL = {"dom": by("full")}
ABOUT = (
    "What calls do to domains of libvirtd 11.3.0's test driver; made by conformance/survey/sequences.py. A step: do (procedure), dom "
    "(when not 'full'), args, ok or error (neither: success without result), events seen on the calling connection as [event, "
    "domain, id, fields...], observer (events on another connection, where "
    "different), then: [state, reason, id, persistent, has managed save, name if changed] of the domain, null if it is gone. "
    "matrix: verb on a domain brought into a state. ")

STATES = {
    "shutoff": [("domain_define_xml", {"xml": world.FULL})],
    "running": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL)],
    "paused": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL), ("domain_suspend", FULL)],
    "saved": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL), ("domain_managed_save", FULL)],
    "shutoff-crashed": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL),
                        ("domain_core_dump", {**FULL, "to": DIR + "/core", "flags": 1})],
    "shutoff-with-snapshot": [("domain_define_xml", {"xml": world.FULL}),
        ("domain_snapshot_create_xml", {**FULL, "xml_desc": "<domainsnapshot><name>s</name></domainsnapshot>"})],
    "running-with-snapshot": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL),
                              ("domain_snapshot_create_xml", {**FULL, "xml_desc": "<domainsnapshot><name>s</name></domainsnapshot>"})],
    "shutoff-with-checkpoint": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL),
                                ("domain_checkpoint_create_xml", {**FULL,
                                    "xml_desc": "<domaincheckpoint><name>c</name></domaincheckpoint>"}),
                                ("domain_destroy", FULL)],
    "shutoff-autostart": [("domain_define_xml", {"xml": world.FULL}), ("domain_set_autostart", {**FULL, "autostart": 1})],
    "transient-running": [("domain_create_xml", {"xml_desc": world.FULL})],
    "transient-paused": [("domain_create_xml", {"xml_desc": world.FULL}), ("domain_suspend", FULL)],
    "undefined-running": [("domain_define_xml", {"xml": world.FULL}), ("domain_create", FULL), ("domain_undefine", FULL)],
    "absent": [],
}
ONLY = []  # the states that the matrix is wanted of, empty for all
OTHER = world.FULL.replace("2097152", "4194304").replace("a title", "another title")


def verbs():
    """(name, procedure, arguments) of everything that acts on a domain's life."""
    d = FULL
    out = [("create", "domain_create", d)]
    out += [(f"create_with_flags {f:#x}", "domain_create_with_flags", {**d, "flags": f}) for f in (0, 1, 2, 4, 8, 16, 32)]
    out += [(f"create_xml {f:#x}", "domain_create_xml", {"xml_desc": world.FULL, "flags": f}) for f in (0, 1, 2, 4, 8, 16, 32)]
    out += [("create_xml other", "domain_create_xml", {"xml_desc": OTHER})]
    out += [("define_xml", "domain_define_xml", {"xml": world.FULL}), ("define_xml other", "domain_define_xml", {"xml": OTHER}),
            ("define_xml_flags 0x1", "domain_define_xml_flags", {"xml": world.FULL, "flags": 1})]
    out += [(v, "domain_" + v, d) for v in ("suspend", "resume", "shutdown", "destroy", "undefine")]
    out += [(f"shutdown_flags {f:#x}", "domain_shutdown_flags", {**d, "flags": f}) for f in (0, 1, 2, 16)]
    out += [(f"reboot {f:#x}", "domain_reboot", {**d, "flags": f}) for f in (0, 1, 2, 4, 8, 16, 31, 32)]
    out += [(f"reset {f:#x}", "domain_reset", {**d, "flags": f}) for f in (0, 1)]
    out += [(f"destroy_flags {f:#x}", "domain_destroy_flags", {**d, "flags": f}) for f in (0, 1, 2)]
    out += [(f"undefine_flags {f:#x}", "domain_undefine_flags", {**d, "flags": f}) for f in (0, 1, 2, 3, 4, 8, 12, 16, 32, 64, 19)]
    out += [("save", "domain_save", {**d, "to": DIR + "/save"})]
    out += [(f"save_flags {f:#x}", "domain_save_flags", {**d, "to": DIR + "/save", "flags": f}) for f in (0, 1, 2, 4, 6)]
    out += [("save_flags dxml", "domain_save_flags", {**d, "to": DIR + "/save", "dxml": world.FULL})]
    out += [(f"managed_save {f:#x}", "domain_managed_save", {**d, "flags": f}) for f in (0, 1, 2, 4, 6, 8)]
    out += [("managed_save_remove", "domain_managed_save_remove", d), ("has_managed_save_image", "domain_has_managed_save_image", d)]
    out += [(f"core_dump {f:#x}", "domain_core_dump", {**d, "to": DIR + "/core", "flags": f}) for f in (0, 1, 2, 3, 4, 8, 9, 16)]
    out += [("core_dump_with_format 1", "domain_core_dump_with_format", {**d, "to": DIR + "/core", "dumpformat": 1})]
    out += [("rename", "domain_rename", {**d, "new_name": "renamed"}), ("rename same", "domain_rename", {**d, "new_name": "full"}),
            ("rename taken", "domain_rename", {**d, "new_name": "test"})]
    out += [("set_autostart 1", "domain_set_autostart", {**d, "autostart": 1}),
        ("set_autostart 0", "domain_set_autostart", {**d, "autostart": 0}),
            ("get_autostart", "domain_get_autostart", d)]
    out += [("set_max_memory", "domain_set_max_memory", {**d, "memory": 4194304}),
        ("set_memory", "domain_set_memory", {**d, "memory": 524288})]
    out += [(f"set_memory_flags {f:#x}", "domain_set_memory_flags", {**d, "memory": 524288, "flags": f}) for f in range(9)]
    out += [("set_vcpus", "domain_set_vcpus", {**d, "nvcpus": 3})]
    out += [(f"set_vcpus_flags {f:#x}", "domain_set_vcpus_flags", {**d, "nvcpus": 3, "flags": f}) for f in list(range(9)) + [16]]
    out += [(f"get_vcpus_flags {f:#x}", "domain_get_vcpus_flags", {**d, "flags": f}) for f in list(range(9)) + [16]]
    out += [("get_max_vcpus", "domain_get_max_vcpus", d), ("get_max_memory", "domain_get_max_memory", d),
        ("get_state", "domain_get_state", d),
            ("get_vcpus", "domain_get_vcpus", {**d, "maxinfo": 4, "maplen": 1}), ("get_control_info", "domain_get_control_info", d),
            ("get_os_type", "domain_get_os_type", d), ("is_active", "domain_is_active", d), ("is_updated", "domain_is_updated", d),
            ("get_security_label", "domain_get_security_label", d)]
    out += [(f"set_metadata {f:#x}", "domain_set_metadata", {**d, "type": 0, "metadata": "new", "flags": f}) for f in range(4)]
    out += [(f"get_metadata {f:#x}", "domain_get_metadata", {**d, "type": 0, "flags": f}) for f in range(4)]
    out += [(f"get_xml_desc {f:#x}", "domain_get_xml_desc", {**d, "flags": f}) for f in (0, 1, 2, 4, 8)]
    out += [(f"set_lifecycle_action {f:#x}", "domain_set_lifecycle_action", {**d, "type": 1, "action": 0, "flags": f}) for f in range(4)]
    out += [("snapshot_create_xml", "domain_snapshot_create_xml", {**d, "xml_desc": "<domainsnapshot><name>s9</name></domainsnapshot>"}),
            ("snapshot_create_xml halt", "domain_snapshot_create_xml", {**d,
                "xml_desc": "<domainsnapshot><name>s9</name></domainsnapshot>", "flags": 8})]
    out += [("abort_job", "domain_abort_job", d), ("inject_nmi", "domain_inject_nmi", d), ("pm_wakeup", "domain_pm_wakeup", d),
            ("send_key", "domain_send_key", {**d, "keycodes": [30]}), ("get_time", "domain_get_time", d),
                ("set_time", "domain_set_time", {**d, "seconds": 5}),
            ("get_hostname", "domain_get_hostname", d)]
    return out


def matrix(ref):
    out = {}
    for state, steps in STATES.items():
        if ONLY and state not in ONLY:
            continue
        row = out[state] = {}
        for label, name, args in verbs():
            with Script(ref) as s:
                try:
                    for n, a in steps:
                        s.quiet(n, a)
                except RuntimeError as e:  # a daemon that lacks a verb has no such state
                    row[label] = {"unprepared": str(e)}
                    continue
                s.do(name, args, "full", keep="xml" not in name)
                step = s.steps[0]
                step.pop("do")
                step.pop("args", None)
                row[label] = step
        print("matrix", state, file=sys.stderr, flush=True)
    return out


def run(ref, steps, watch=True):
    """steps: (procedure, arguments, domain to look at) or ("quiet", procedure, arguments)."""
    with Script(ref, watch) as s:
        for st in steps:
            if st[0] == "quiet":
                try:
                    s.quiet(*st[1:])
                except RuntimeError as e:
                    s.steps.append({"unprepared": str(e)})
                    break
            else:
                s.do(st[0], st[1] if len(st) > 1 else None, st[2] if len(st) > 2 else None)
        return s.steps


def actions(ref):
    """Shutdown, reboot and crash dump under every on_poweroff, on_reboot and on_crash."""
    out = {}
    plain = ("destroy", "restart", "preserve", "rename-restart")
    for element, values, call in (("on_poweroff", plain, ("domain_shutdown", {})), ("on_reboot", plain, ("domain_reboot", {})),
                                  ("on_crash", plain + ("coredump-destroy", "coredump-restart"),
                                      ("domain_core_dump", {"to": DIR + "/core", "flags": 1}))):
        for value in values:
            xml = minimal("act", extra=f"<{element}>{value}</{element}>")
            for kind in ("persistent", "transient"):
                for paused in (False, True):
                    steps = [("domain_define_xml", {"xml": xml}), ("domain_create",
                        {"dom": by("act")})] if kind == "persistent" else [("domain_create_xml", {"xml_desc": xml})]
                    steps += [("domain_suspend", {"dom": by("act")})] if paused else []
                    label = f"{element}={value} {kind} {'paused' if paused else 'running'}"
                    out[label] = run(ref, [("quiet",) + x for x in steps] + [(call[0], {"dom": by("act"), **call[1]}, "act")])
    x = minimal("act")
    out["set on_reboot live, then reboot"] = run(ref, [
        ("quiet", "domain_define_xml", {"xml": x}), ("quiet", "domain_create", {"dom": by("act")}),
        ("domain_set_lifecycle_action", {"dom": by("act"), "type": 1, "action": 0, "flags": 1}, "act"),
            ("domain_reboot", {"dom": by("act")}, "act"),
        ("domain_get_xml_desc", {"dom": by("act")}), ("domain_create", {"dom": by("act")}, "act"),
            ("domain_reboot", {"dom": by("act")}, "act")])
    out["set on_poweroff config, then shutdown twice"] = run(ref, [
        ("quiet", "domain_define_xml", {"xml": x}), ("quiet", "domain_create", {"dom": by("act")}),
        ("domain_set_lifecycle_action", {"dom": by("act"), "type": 0, "action": 1, "flags": 2}, "act"),
            ("domain_shutdown", {"dom": by("act")}, "act"),
        ("domain_create", {"dom": by("act")}, "act"), ("domain_shutdown", {"dom": by("act")}, "act")])
    for t in range(4):
        for a in range(7):
            out[f"set_lifecycle_action type {t} action {a}"] = run(ref, [
                ("quiet", "domain_define_xml", {"xml": x}), ("domain_set_lifecycle_action", {"dom": by("act"), "type": t, "action": a,
                    "flags": 2})], watch=False)
    return out


def metadata(ref):
    out = {}
    m = {"dom": by("m")}
    inner = "<title>t0</title><description>d0</description><metadata><a:x xmlns:a='http://a.example/1'>one</a:x></metadata>"
    ways = {"shutoff": [("domain_define_xml", {"xml": minimal("m", inner=inner)})],
            "running": [("domain_define_xml", {"xml": minimal("m", inner=inner)}), ("domain_create", m)],
            "transient": [("domain_create_xml", {"xml_desc": minimal("m", inner=inner)})],
            "shutoff-bare": [("domain_define_xml", {"xml": minimal("m")})]}
    reads = [("domain_get_metadata", {**m, "type": t, "uri": u, "flags": f}) for t,
        u in ((0, None), (1, None), (2, "http://a.example/1"), (2, "http://b.example/2")) for f in (0, 1, 2)]
    sets = {
        "nothing": None,
        "description": (0, "new words", None, None), "description empty": (0, "", None, None), "description null": (0, None, None, None),
        "description newline": (0, "a\nb", None, None), "description markup": (0, "<&>", None, None),
        "title": (1, "new title", None, None), "title empty": (1, "", None, None), "title null": (1, None, None, None),
            "title newline": (1, "a\nb", None, None),
        "element replace": (2, "<y>two</y>", "k", "http://a.example/1"),
            "element other": (2, "<y a='1'>two</y>", "k", "http://b.example/2"),
        "element null": (2, None, None, "http://a.example/1"), "element null with key": (2, None, "k", "http://a.example/1"),
        "element null unknown uri": (2, None, None, "http://none.example/"),
        "element no key": (2, "<y/>", None, "http://b.example/2"), "element no uri": (2, "<y/>", "k", None),
            "element empty uri": (2, "<y/>", "k", ""),
        "element empty key": (2, "<y/>", "", "http://b.example/2"), "element not xml": (2, "oops", "k", "http://b.example/2"),
        "element empty": (2, "", "k", "http://b.example/2"), "element two roots": (2, "<y/><z/>", "k", "http://b.example/2"),
        "element own namespace": (2, "<z:y xmlns:z='http://b.example/2'/>", "k", "http://b.example/2"),
        "element foreign namespace": (2, "<z:y xmlns:z='http://c.example/3'/>", "k", "http://b.example/2"),
        "element odd key": (2, "<y/>", "a b", "http://b.example/2"), "element nested": (2, "<y><z>1</z><!-- c --> text</y>", "k",
            "http://b.example/2"),
        "type 3": (3, "x", None, None), "type -1": (-1, "x", None, None), "type 3 with key and uri": (3, "<y/>", "k", "http://b.example/2"),
    }
    for way, prep in ways.items():
        for label, v in sets.items():
            for flags in (0, 1, 2, 3):
                if v is None and flags:
                    continue
                steps = [("quiet",) + p for p in prep]
                if v:
                    steps.append(("domain_set_metadata", {**m, "type": v[0], "metadata": v[1], "key": v[2], "uri": v[3], "flags": flags}))
                keep = reads if way != "shutoff-bare" or v is None else reads[:3]
                with Script(ref) as s:
                    for st in steps:
                        (s.quiet if st[0] == "quiet" else s.do)(*(st[1:] if st[0] == "quiet" else st))
                    row = s.steps[0] if v else {}
                    row.pop("do", None)
                    got = {}
                    for n, a in keep:
                        r = s.a.call(n, a)
                        got[f"{a['type']} {a['uri'] or ''} flags {a['flags']}".replace("  ",
                            " ")] = r["ok"]["metadata"] if "ok" in r else r["error"]["message"]
                    row["reads"] = got
                    if v and "error" in row and not flags:
                        row.pop("reads")
                    if v and "error" in row:
                        row.pop("reads", None)
                    x = s.a.call("domain_get_xml_desc", {**m, "flags": 2})
                    if v and "error" not in row and v[0] == 2:
                        row["xml"] = between(x["ok"]["xml"], "metadata")
                    out[f"{way}: {label}" + (f" flags {flags}" if v else "")] = row
    return out


def between(xml, tag):
    i, j = xml.find(f"<{tag}>"), xml.find(f"</{tag}>")
    return xml[i:j + len(tag) + 3] if i >= 0 else None


def memory(ref):
    """Every way to set memory and vcpus, then what is read back, live and inactive."""
    out = {}
    d = {"dom": by("full")}
    sets = [("domain_set_memory", {"memory": v}) for v in (0, 1, 524288, 2097152, 2097153, 1 << 40, (1 << 64) - 1)]
    sets += [("domain_set_max_memory", {"memory": v}) for v in (0, 1, 524288, 1048576, 4194304, 1 << 50, 1 << 54, (1 << 64) - 1)]
    sets += [("domain_set_memory_flags", {"memory": v, "flags": f}) for f in range(8) for v in (0, 524288, 2097153, 4194304)]
    sets += [("domain_set_vcpus", {"nvcpus": v}) for v in (0, 1, 2, 4, 5, 32, 33)]
    sets += [("domain_set_vcpus_flags", {"nvcpus": v, "flags": f}) for f in range(16) for v in (0, 1, 4, 5, 32, 33, 65536)]
    for state in ("shutoff", "running", "paused", "transient-running"):
        rows = out[state] = []
        for name, a in sets:
            with Script(ref) as s:
                for n, x in STATES[state]:
                    s.quiet(n, x)
                s.do(name, {**d, **a})
                step = s.steps[0]
                step["do"] = name
                if "error" not in step:
                    step["read"] = readback(s, d)
                rows.append(step)
        # a change staged in the configuration shows after the next start
    d2 = {"dom": by("full")}
    out["config while running, then restart"] = run(ref, [("quiet", n, a) for n, a in STATES["running"]] + [
        ("domain_set_memory_flags", {**d2, "memory": 4194304, "flags": 6}), ("domain_set_vcpus_flags", {**d2, "nvcpus": 6, "flags": 6}),
        ("domain_set_vcpus_flags", {**d2, "nvcpus": 5, "flags": 2}), ("domain_get_max_memory", d2), ("domain_get_max_vcpus", d2),
            ("domain_get_vcpus_flags", {**d2, "flags": 2}),
        ("domain_get_vcpus_flags", {**d2, "flags": 6}), ("domain_get_vcpus_flags", {**d2, "flags": 1}),
            ("domain_get_vcpus_flags", {**d2, "flags": 5}),
        ("domain_destroy", d2, "full"), ("domain_get_max_memory", d2), ("domain_get_max_vcpus", d2), ("domain_create", d2, "full"),
            ("domain_get_vcpus_flags", {**d2, "flags": 1}), ("domain_get_max_vcpus", d2)])
    return out


def readback(s, d):
    got = {}
    for label, flags in (("live", 0), ("inactive", 2)):
        x = s.a.must("domain_get_xml_desc", {**d, "flags": flags})["xml"]
        got[label] = [line.strip() for line in x.splitlines() if any(t in line for t in ("<memory ", "<currentMemory",
            "<vcpu ")) and "placement='static' id" not in line]
    i = s.a.must("domain_get_info", d)
    got["info"] = [i["maxMem"], i["memory"], i["nrVirtCpu"]]
    return got


def rename(ref):
    out = {}
    r = {"dom": by("r")}
    prep = [("quiet", "domain_define_xml", {"xml": minimal("r")})]
    for label, new in (("plain", "s"), ("same", "r"), ("taken", "test"), ("empty", ""), ("null", None), ("slash", "a/b"),
        ("only slash", "/"), ("space", "a b"),
                       ("blank", " "), ("newline", "a\nb"), ("dot", "."), ("dots", ".."), ("utf8", "gr\u00fcn"), ("long", "x" * 300),
                           ("very long", "x" * 5000), ("control", "a\x01b")):
        out[label] = run(ref, prep + [("domain_rename", {**r, "new_name": new}, "r"), ("domain_lookup_by_name", {"name": new or ""}),
            ("domain_lookup_by_name", {"name": "r"})])
    for f in (1, 2, 0x80000000):
        out[f"flags {f:#x}"] = run(ref, prep + [("domain_rename", {**r, "new_name": "s", "flags": f}, "r")])
    out["running"] = run(ref, prep + [("quiet", "domain_create", r), ("domain_rename", {**r, "new_name": "s"}, "r")])
    out["running, taken"] = run(ref, prep + [("quiet", "domain_create", r), ("domain_rename", {**r, "new_name": "test"}, "r")])
    out["running, same"] = run(ref, prep + [("quiet", "domain_create", r), ("domain_rename", {**r, "new_name": "r"}, "r")])
    out["transient"] = run(ref, [("quiet", "domain_create_xml", {"xml_desc": minimal("r")}),
        ("domain_rename", {**r, "new_name": "s"}, "r")])
    out["unknown"] = run(ref, [("domain_rename", {**r, "new_name": "s"}, "r")])
    out["autostart"] = run(ref, prep + [("quiet", "domain_set_autostart", {**r, "autostart": 1}),
        ("domain_rename", {**r, "new_name": "s"}, "r"), ("domain_get_autostart", r)])
    out["managed save"] = run(ref, prep + [("quiet", "domain_create", r), ("quiet", "domain_managed_save", r),
        ("domain_rename", {**r, "new_name": "s"}, "r")])
    out["snapshot"] = run(ref, prep + [("quiet", "domain_snapshot_create_xml",
        {**r, "xml_desc": "<domainsnapshot><name>s</name></domainsnapshot>"}),
                                       ("domain_rename", {**r, "new_name": "s"}, "r"), ("domain_snapshot_num", r)])
    out["back and forth"] = run(ref, prep + [("domain_rename", {**r, "new_name": "s"}, "r"),
        ("domain_rename", {"dom": dict(by("r"), name="s"), "new_name": "r"}, "r"), ("domain_define_xml", {"xml": minimal("s")}, "s"),
                                             ("domain_rename", {**r, "new_name": "s"}, "r"),
                                                 ("connect_list_all_domains", {"need_results": 1})])
    return out


def clashes(ref):
    """Same name or same uuid (or both) as an existing domain, in every state, by every way of making one."""
    out = {}
    a, b = str(ident("a")), str(ident("b"))
    ways = {"shutoff": [("domain_define_xml", {"xml": minimal("a")})],
            "running": [("domain_define_xml", {"xml": minimal("a")}), ("domain_create", {"dom": by("a")})],
            "transient": [("domain_create_xml", {"xml_desc": minimal("a")})]}
    docs = {"same": minimal("a", memory=4096), "same name, other uuid": minimal("a", b), "same name, no uuid": minimal("a", ""),
            "other name, same uuid": minimal("b", a), "other": minimal("b")}
    for way, prep in ways.items():
        for label, xml in docs.items():
            for name, args in (("domain_define_xml", {"xml": xml}), ("domain_create_xml", {"xml_desc": xml})):
                out[f"{way}: {name} {label}"] = run(ref, [("quiet",) + p for p in prep] + [(name, args, "a"), ("connect_list_all_domains",
                    {"need_results": 1})])
    out["two clashes at once"] = run(ref, [("quiet", "domain_define_xml", {"xml": minimal("a")}), ("quiet", "domain_define_xml",
        {"xml": minimal("b")}),
                                           ("domain_define_xml", {"xml": minimal("a", b)}),
                                               ("domain_create_xml", {"xml_desc": minimal("a", b)})])
    for label, inner in (("zero", "00000000-0000-0000-0000-000000000000"), ("short", "1234"),
        ("no dashes", "11111111111141118111111111111112"), ("upper case", "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"),
                         ("same digit", "ffffffff-ffff-ffff-ffff-ffffffffffff"), ("trailing", "11111111-1111-4111-8111-1111111111111"),
                             ("spaces", " 11111111-1111-4111-8111-111111111112 ")):
        out["uuid " + label] = run(ref, [("domain_define_xml", {"xml": minimal("a", inner)})])
    return out


def life(ref):
    """Longer stories."""
    x, y, d = minimal("a"), minimal("a", memory=4096), {"dom": by("a")}
    out = {}
    out["define over running, then restart"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"), ("domain_define_xml", {"xml": y}, "a"),
            ("domain_get_max_memory", d), ("domain_is_updated", d), ("domain_destroy", d, "a"),
        ("domain_get_max_memory", d), ("domain_create", d, "a"), ("domain_get_max_memory", d)])
    out["define over transient, then destroy"] = run(ref, [
        ("domain_create_xml", {"xml_desc": x}, "a"), ("domain_define_xml", {"xml": y}, "a"), ("domain_get_max_memory", d),
            ("domain_destroy", d, "a"), ("domain_get_max_memory", d)])
    out["create_xml over defined"] = run(ref, [("domain_define_xml", {"xml": x}, "a"), ("domain_create_xml", {"xml_desc": y}, "a"),
        ("domain_get_max_memory", d), ("domain_destroy", d, "a"), ("domain_get_max_memory", d)])
    out["undefine running, define again, destroy"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"), ("domain_undefine", d, "a"), ("domain_undefine", d, "a"),
            ("domain_define_xml", {"xml": x}, "a"), ("domain_destroy", d, "a"), ("domain_undefine", d, "a")])
    out["ids are not reused"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"), ("domain_destroy", d, "a"), ("domain_create", d, "a"),
            ("domain_suspend", d, "a"), ("domain_resume", d, "a"), ("domain_reboot", d, "a"),
        ("domain_create_xml", {"xml_desc": minimal("b")}, "b"), ("domain_destroy", {"dom": by("b")}, "b"), ("domain_destroy", d, "a"),
            ("domain_create", d, "a")])
    out["failed starts take no id"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create_with_flags", {**d, "flags": 1}, "a"),
            ("domain_create_xml", {"xml_desc": "<domain/>"}), ("domain_create", d, "a"), ("domain_create", d, "a"),
        ("domain_create_xml", {"xml_desc": minimal("b", str(ident("a")))}), ("domain_create_xml", {"xml_desc": minimal("c")}, "c")])
    out["save and restore"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"), ("domain_save", {**d, "to": DIR + "/life"}, "a"),
            ("domain_restore", {"from": DIR + "/life"}, "a"), ("domain_restore", {"from": DIR + "/life"}, "a"),
        ("domain_suspend", d, "a"), ("domain_save", {**d, "to": DIR + "/life"}, "a"), ("domain_undefine", d, "a"),
            ("domain_restore", {"from": DIR + "/life"}, "a"), ("domain_destroy", d, "a")])
    out["transient save"] = run(ref, [("domain_create_xml", {"xml_desc": x}, "a"), ("domain_save", {**d, "to": DIR + "/life"}, "a"),
        ("domain_restore", {"from": DIR + "/life"}, "a")])
    out["managed save"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"), ("domain_managed_save", d, "a"), ("domain_create", d, "a"),
            ("domain_managed_save", {**d, "flags": 4}, "a"), ("domain_create", d, "a"),
        ("domain_managed_save", d, "a"), ("domain_undefine", d, "a"), ("domain_undefine_flags", {**d, "flags": 1}, "a")])
    out["managed save removed"] = run(ref, [
        ("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"), ("domain_managed_save", d, "a"),
            ("domain_managed_save_remove", d, "a"), ("domain_managed_save_remove", d, "a"), ("domain_create", d, "a")])
    out["managed save, then define again"] = run(ref, [("domain_define_xml", {"xml": x}, "a"), ("domain_create", d, "a"),
        ("domain_managed_save", d, "a"), ("domain_define_xml", {"xml": y}, "a"), ("domain_create_xml", {"xml_desc": x}, "a")])
    out["autostart"] = run(ref, [
        ("domain_define_xml", {"xml": x}), ("domain_get_autostart", d), ("domain_set_autostart", {**d, "autostart": 1}),
            ("domain_get_autostart", d), ("domain_set_autostart", {**d, "autostart": 2}), ("domain_get_autostart", d),
        ("domain_set_autostart", {**d, "autostart": -1}), ("domain_get_autostart", d), ("domain_define_xml", {"xml": y}),
            ("domain_get_autostart", d), ("domain_create", d), ("domain_undefine", d), ("domain_get_autostart", d),
        ("domain_set_autostart", {**d, "autostart": 0}), ("domain_get_autostart", d), ("domain_define_xml", {"xml": y}),
            ("domain_get_autostart", d)])
    out["autostart transient"] = run(ref, [("domain_create_xml", {"xml_desc": x}), ("domain_get_autostart", d), ("domain_set_autostart",
        {**d, "autostart": 1}), ("domain_get_autostart", d)])
    out["the default domain"] = run(ref, [(n, {"dom": {"name": "test", "uuid": bytes.fromhex("6695eb01f6a4830479aa97f2502e193f"),
        "id": 1}}) for n in (
        "domain_get_state", "domain_get_info", "domain_get_autostart", "domain_is_persistent", "domain_is_updated", "domain_suspend",
            "domain_get_state", "domain_resume", "domain_get_state", "domain_reboot", "domain_get_state", "domain_reset", "domain_shutdown",
        "domain_get_state", "domain_create", "domain_get_state", "domain_destroy", "domain_get_state", "domain_undefine",
            "domain_get_state")])
    out["wrong name and id with the right uuid"] = run(ref, [("domain_define_xml", {"xml": x}), ("domain_create", {"dom": dict(by("a"),
        name="zzz", id=77)}, "a"), ("domain_create", {"dom": dict(by("a"), name="zzz", id=77)}, "a"),
                                                             ("domain_destroy", {"dom": dict(by("a"), name="", id=1)}, "a")])
    out["create with files"] = run(ref, [("domain_create_xml_with_files", {"xml_desc": x}, "a"), ("domain_destroy", d),
        ("domain_define_xml", {"xml": x}), ("domain_create_with_files", d, "a")])
    out["shutdown of a paused domain"] = run(ref, [("domain_create_xml", {"xml_desc": x}), ("domain_suspend", d, "a"), ("domain_shutdown",
        d, "a")])
    out["disk with auto-generated target names"] = run(ref, [("domain_define_xml", {"xml": minimal("a",
        extra="<devices><interface type='network'><source network='default'/></interface><interface type='network'><source network='nosuch'/></interface></devices>")}),
                                                            ("domain_create", d, "a")])
    return out


def orders(ref):
    """How the lists are ordered after defining N domains in a random order and starting a third of them."""
    out = {"note": "the order of the lists differs between two processes of the daemon with the same domains, so it is not recorded"}
    for count in (5, 30, 500):
        rnd = random.Random(count)
        names = [f"vm{i:03}" for i in range(count)]
        rnd.shuffle(names)
        c = ref.fresh()
        for n in names:
            c.must("domain_define_xml", {"xml": minimal(n)})
        for n in names[::3]:
            c.must("domain_create", {"dom": by(n)})

        def listed(flags=0):
            return [d["name"] for d in c.must("connect_list_all_domains", {"need_results": 1, "flags": flags})["domains"]]
        every, ids = listed(), c.must("connect_list_domains", {"maxids": 16384})["ids"]
        number = {d["id"]: d["name"] for d in c.must("connect_list_all_domains", {"need_results": 1, "flags": 1})["domains"]}
        defined = c.must("connect_list_defined_domains", {"maxnames": 16384})["names"]
        stats = [r["dom"]["name"] for r in c.must("connect_get_all_domain_stats", {"stats": 1})["retStats"]]
        out[str(count)] = {
            "definition order": every in (names, ["test"] + names), "name order": every == sorted(every),
            "id order": ids == sorted(ids), "the same again": listed() == every,
            "active and inactive keep the order of all": listed(1) == [n for n in every if n in set(listed(1))] and listed(2) == [n for n in every if n in set(listed(2))],
            "ids in the order of active": [number[i] for i in ids] == listed(1),
                "defined names in the order of inactive": defined == listed(2),
            "stats in the order of all": stats == every,
            "maxids 3 gives the first ids": c.must("connect_list_domains", {"maxids": 3})["ids"] == ids[:3],
            "maxnames 3 gives the first names": c.must("connect_list_defined_domains", {"maxnames": 3})["names"] == defined[:3],
            "num": c.must("connect_num_of_domains")["num"], "num_defined": c.must("connect_num_of_defined_domains")["num"]}
        ref.leave(c)
    return out


DISK = "<devices><disk type='file' device='disk'><source file='/var/lib/u.img'/><target dev='vda' bus='virtio'/></disk></devices>"


def undefine(ref):
    out = {}
    u = {"dom": by("u")}
    snap = ("quiet", "domain_snapshot_create_xml", {**u, "xml_desc": "<domainsnapshot><name>s</name></domainsnapshot>"})
    for label, prep in {
        "plain": [], "snapshot": [snap], "running": [("quiet", "domain_create", u)],
            "running with snapshot": [("quiet", "domain_create", u), snap],
        "managed save": [("quiet", "domain_create", u), ("quiet", "domain_managed_save", u)],
        "managed save and snapshot": [snap, ("quiet", "domain_create", u), ("quiet", "domain_managed_save", u)],
        "checkpoint": [("quiet", "domain_create", u), ("quiet", "domain_checkpoint_create_xml", {**u,
            "xml_desc": "<domaincheckpoint><name>c</name></domaincheckpoint>"}), ("quiet", "domain_destroy", u)],
    }.items():
        for f in (None, 0, 1, 2, 3, 4, 16, 18, 19, 0x7f):
            call = ("domain_undefine", u, "u") if f is None else ("domain_undefine_flags", {**u, "flags": f}, "u")
            out[f"{label}: flags {f}"] = run(ref, [("quiet", "domain_define_xml", {"xml": minimal("u", extra=DISK)})] + prep + [call])
    return out


def runstates(ref):
    """Verbs on a domain that a file's world starts in a state which no call leads to."""
    out = {}
    name = "node-runstate.xml"
    calls = ["create", "suspend", "resume", "shutdown", "reboot", "reset", "destroy", "undefine", "get_info", "managed_save", "get_vcpus",
        "set_memory", "get_time", "get_xml_desc", "core_dump", "rename"]
    more = {"get_vcpus": {"maxinfo": 4, "maplen": 1}, "set_memory": {"memory": 1024}, "core_dump": {"to": DIR + "/core"},
        "rename": {"new_name": "renamed"}}
    for state in range(9):
        doc = minimal("rs", extra=f"<test:runstate>{state}</test:runstate>").replace("<domain type='test'>",
            "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>")
        with open((os.environ.get("SURVEY_DIR") or os.path.dirname(ref.path) + "/t") + "/" + name, "w", encoding="utf-8") as f:
            f.write(f"<node>{doc}</node>")
        row = out[f"runstate {state}"] = {}
        for verb in calls:
            try:
                with Script(ref, uri="test://" + DIR + "/" + name) as s:
                    row.setdefault("at first", s.look("rs"))
                    s.do("domain_" + verb, {"dom": by("rs"), **more.get(verb, {})}, "rs", keep=verb != "get_xml_desc")
                    step = s.steps[0]
                    for k in ("do", "dom", "args"):
                        step.pop(k, None)
                    row[verb] = step
            except RuntimeError as e:
                row["open"] = str(e)
                break
    return out


PARTS = {"matrix": matrix, "actions": actions, "metadata": metadata, "memory": memory, "rename": rename, "clashes": clashes, "life": life,
    "undefine": undefine, "runstates": runstates, "orders": orders}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--socket", required=True, help="command that prints the path of the daemon's socket, starting the daemon when needed")
    ap.add_argument("--facts", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--print", action="store_true", help="print instead of writing")
    ap.add_argument("--state", action="append", choices=list(STATES), help="a state that the matrix is wanted of; all without")
    ap.add_argument("part", nargs="*", choices=list(PARTS) + [[]], help="only these parts")
    a = ap.parse_args()
    ONLY.extend(a.state or [])
    ref = world.Reference(wire.Schema(a.facts), a.socket)
    out = {}
    for name, part in PARTS.items():
        if not a.part or name in a.part:
            print(name, file=sys.stderr, flush=True)
            out[name] = part(ref)
    if a.print:
        print(report.text(report.Formats().shorten(out)))
    else:
        race = {"before_reply": Script.early, "after_reply": Script.late}
        report.write(a.out, ABOUT, {"events_on_the_calling_connection": race, **out})


if __name__ == "__main__":
    main()
