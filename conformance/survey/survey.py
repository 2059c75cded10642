#!/usr/bin/env python3
"""Asks a real libvirtd about every procedure of its test driver and writes what it answers to survey.json.

    survey.py --socket 'oracle/socket DIR' --facts testdata/facts/rpc-programs.json --out testdata/observed/survey.json

For each call: is it supported, what a read-only or unopened connection hears, which flags are refused and by
which function, what spoiled arguments give, what an unknown object and other states give, and in which order
those checks run.  The daemon must not be in use by anybody else (worlds are shared between connections).
"""

import argparse
import itertools
import re
import sys

import report
import wire
import world
from arguments import spoil
from probe import Prober, Subject

NUMBER = re.compile(r"-?\d+")
ABOUT = (
    "What libvirtd 11.3.0 answers for its test driver, per procedure; made by conformance/survey/survey.py. "
    "answer: the accepted call (args, about an object in the given state). before_open: no connect_open yet. readonly: through "
    "the read-only socket (readonly_by_flag: open flag 1, where that differs). unknown: an object that does not exist; unknown_2 and 3: other parts of it wrong, see their args (uuid null: the right one). "
    "states: the same call with the object in another state. flags.refused: bits per reporting function; flags.accepted: bits "
    "not refused; flags.answers: single bits whose answer differs; flags.pairs: two bits that exclude one another; "
    "flags.readonly: bits refused on a read-only connection. arguments: one argument changed: values with the same answer, and "
    "[value, answer]. order: the faults above, the check that runs first standing first; faults in one list were not told "
    "apart. \"same\" = as answer, but for clocks. hex: and N bytes stand for opaque data.")
SKIP = {"connect_close", "auth_list", "auth_sasl_init", "auth_sasl_start", "auth_sasl_step", "auth_polkit"}


def brief(v):
    """A value as it stands in the report's argument lists."""
    if isinstance(v, bytes):
        return "hex:" + v.hex() if len(v) <= 64 else f"{len(v)} bytes"
    return wire.plain(v)


def blank(a, b):
    """a, with the numbers in which the same question asked twice differs blanked."""
    if isinstance(a, dict) and isinstance(b, dict) and set(a) == set(b):
        return {k: blank(v, b[k]) for k, v in a.items()}
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [blank(x, y) for x, y in zip(a, b)]
    return "clock" if isinstance(a, int) and a != b else a


def same(a, b):
    """Equal, but for blanked numbers and for those that a clock moved on a little."""
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(v, b[k]) for k, v in a.items())
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, int) and isinstance(b, int) and min(a, b) > 10**8:
        return abs(a - b) < a / 1000
    return a == b or (b == "clock" and isinstance(a, int)) or (a == "clock" and isinstance(b, int))


def error_key(r):
    e = r.get("error")
    return (e["code"], e["domain"], e["message"], e.get("str1"), e.get("str2")) if e else None


def refused(r):
    """(mask, function) of an unsupported-flags error."""
    m = re.match(r"unsupported flags \((0x[0-9a-f]+)\) in function (\w+)", r.get("error", {}).get("message", ""))
    return (int(m[1], 16), m[2]) if m else None


class Survey:
    def __init__(self, prober, schema):
        self.prober, self.schema = prober, schema

    def one(self, name):
        s = Subject(self.schema, name)
        p = self.prober
        row = {"program": s.proc["program"], "number": s.proc["number"]}
        row["before_open"] = p.before_open(s)
        if name in SKIP:
            return row
        base = p.probe(s)
        row["supported"] = base.get("error", {}).get("code") != 3
        row["args"] = {k: brief(v) for k, v in s.arguments({}, {}).items()}
        if s.state:
            row["state"] = s.state
        if "ok" in base:
            base = blank(base, p.probe(s))
        row["answer"] = base
        self.conditions = []  # (label, probe arguments, answer) of single faults that change the answer
        self.readonly(s, base, row)
        self.unknown(s, base, row)
        self.states(s, base, row)
        self.flags(s, base, row)
        self.spoiled(s, base, row)
        self.order(s, base, row)
        if "files" in name or name in ("domain_fd_associate", "domain_open_graphics"):
            row["with_one_fd"] = self.short(p.probe(s, fds=True), base)
        return row

    def short(self, r, base):
        return "same" if same(r, base) else r

    def fault(self, label, kw, r, base):
        if "error" in r and error_key(r) != error_key(base):
            self.conditions.append((label, kw, r))

    def readonly(self, s, base, row):
        by_socket = self.prober.probe(s, readonly="socket")
        by_flag = self.prober.probe(s, readonly="flag")
        row["readonly"] = self.short(by_socket, base)
        if by_flag != by_socket and not same(by_flag, by_socket):
            row["readonly_by_flag"] = self.short(by_flag, base)
        self.fault("readonly", {"readonly": "socket"}, by_socket, base)

    def unknown(self, s, base, row):
        for i, change in enumerate(s.unknown()):
            r = self.prober.probe(s, change)
            key = "unknown" if i == 0 else f"unknown_{i + 1}"
            row[key] = self.short(r, base)
            if i:
                row[key + "_args"] = {k: brief(v) for k, v in change.items()}
            self.fault(key, {"changes": change}, r, base)

    def states(self, s, base, row):
        out = {}
        for state in s.states:
            if state != s.state:
                r = self.prober.probe(s, state=state)
                out[state] = self.short(r, base)
                self.fault("state:" + state, {"state": state}, r, base)
        if out:
            row["states"] = out

    def flags(self, s, base, row):
        if not s.flags:
            return
        width = 64 if s.flags["type"] == "uhyper" else 32
        start = s.base.get("flags", 0)
        out = {}
        everything = self.prober.probe(s, {"flags": (1 << width) - 1})
        out["all_bits"] = self.short(everything, base)
        mask, functions, other, accepted, denied = 0, {}, {}, 0, {}
        probes = [("single", 1 << b) for b in range(width)] + ([("with_base", start | 1 << b) for b in range(width)] if start else [])
        for how, f in probes:
            r = self.prober.probe(s, {"flags": f})
            hit = refused(r)
            if hit:
                mask |= hit[0]
                functions[hit[1]] = functions.get(hit[1], 0) | hit[0]
                continue
            if how == "single":
                accepted |= f
            if not same(r, base):
                other[hex(f)] = r
            if not isinstance(row["readonly"], dict) or "error" not in row["readonly"]:
                ro = self.prober.probe(s, {"flags": f}, readonly="socket")
                if ro.get("error", {}).get("code") == 29:
                    denied[hex(f)] = ro
        if functions:
            out["refused"] = {k: hex(v) for k, v in functions.items()}
        out["accepted"] = hex(accepted)
        if other:
            out["answers"] = other
        if denied:
            out["readonly"] = denied
        # a rule of the public API fires before the driver's mask, so it may concern bits that the mask refuses
        good = [1 << b for b in range(20) if refused(everything) is None or accepted >> b & 1]
        pairs = {}
        for a, b in itertools.combinations(good if "error" in everything and not same(everything, base) else [], 2):
            r = self.prober.probe(s, {"flags": a | b})
            if "error" in r and not refused(r) and all(error_key(r) != error_key(other.get(hex(x), base)) for x in (a, b)):
                pairs[hex(a | b)] = r
        if pairs:
            out["pairs"] = pairs
        if base.get("error", {}).get("code") != 3:
            r = self.prober.probe(s, {"flags": accepted})
            out["accepted_together"] = self.short(r, base)
        row["flags"] = out
        if functions:
            bad = 1 << (mask.bit_length() - 1)
            r = self.prober.probe(s, {"flags": bad})
            self.fault("flags", {"changes": {"flags": bad}}, r, base)
        elif "error" in everything:
            self.fault("flags:all", {"changes": {"flags": (1 << width) - 1}}, everything, base)

    def spoiled(self, s, base, row):
        out = {}
        for f in s.fields:
            if f["name"] == "flags" or (s.object and f["name"] == s.object[0]):
                continue
            resolved = self.schema.resolve(f)
            now = s.base.get(f["name"])
            equal, other = [], []
            for v in spoil(f, resolved, now):
                if v == now:
                    continue
                change = {f["name"]: v}
                try:
                    r = self.prober.probe(s, change)
                except (TypeError, AttributeError, KeyError, ValueError) as e:
                    raise RuntimeError(f"{s.name} {change}: {e}") from e
                label = {f["name"]: brief(v)}
                if same(r, base):
                    equal.append(brief(v))
                else:
                    other.append([brief(v), r])
                if r.get("error", {}).get("message") != "Unable to decode message payload":
                    self.fault("args:" + report.json.dumps(label), {"changes": change}, r, base)
            if equal or other:
                out[f["name"]] = {"same": equal, "answers": other}
        if out:
            row["arguments"] = out

    def order(self, s, base, row):
        """Which of two faults in one call is reported: gives the order of the checks."""
        seen, faults = set(), []
        for label, kw, r in self.conditions:
            key = (label.split(":")[0], NUMBER.sub("N", str(error_key(r))))
            if key not in seen:
                seen.add(key)
                faults.append((label, kw, r))
        faults = faults[:14]
        wins, odd = {f[0]: set() for f in faults}, []
        for (la, ka, ra), (lb, kb, rb) in itertools.combinations(faults, 2):
            ca, cb = ka.get("changes", {}), kb.get("changes", {})
            if set(ca) & set(cb) or ("state" in ka and "state" in kb) or error_key(ra) == error_key(rb):
                continue
            if ("state" in ka and lb.startswith("unknown")) or ("state" in kb and la.startswith("unknown")):
                continue
            kw = {**ka, **kb, "changes": {**ca, **cb}}
            got = error_key(self.prober.probe(s, **kw))
            if got == error_key(ra):
                wins[la].add(lb)
            elif got == error_key(rb):
                wins[lb].add(la)
            else:
                odd.append({"faults": [la, lb], "answer": got and {"code": got[0], "message": got[2]}})
        if len(faults) > 1:
            row["order"] = topological(wins)
            cycle = next((x["cycle"] for x in row["order"] if isinstance(x, dict)), [])
            if cycle:  # one fault changes whether another is looked at
                row["order_pairs"] = [[a, b] for a in cycle for b in sorted(wins[a]) if b in cycle]
        if odd:
            row["order_odd"] = odd


def topological(wins):
    """The faults, first check first; faults that were not told apart share a list."""
    left, out = dict(wins), []
    while left:
        tier = [x for x in left if not any(x in left[y] for y in left)]
        if not tier:
            out.append({"cycle": sorted(left)})
            break
        out.append(tier[0] if len(tier) == 1 else tier)
        for x in tier:
            del left[x]
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--socket", required=True, help="command that prints the path of the daemon's socket, starting the daemon when needed")
    ap.add_argument("--facts", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("procedure", nargs="*", help="only these, printed instead of written")
    a = ap.parse_args()
    schema = wire.Schema(a.facts)
    survey = Survey(Prober(world.Reference(schema, a.socket)), schema)
    if a.procedure:
        for name in a.procedure:
            print(report.text({name: survey.one(name)}))
        return
    rows = {}
    names = [n for n, p in schema.procs.items() if p["program"] in ("remote", "qemu", "lxc") and p["kind"] != "event"]
    for i, name in enumerate(names):
        try:
            rows[name] = survey.one(name)
        except Exception as e:  # one procedure must not cost the others
            print(f"{name}: {e!r}", file=sys.stderr, flush=True)
            rows[name] = {"survey_failed": repr(e)}
        if i % 20 == 0:
            print(f"{i}/{len(names)} {name}, {survey.prober.count} probes", file=sys.stderr, flush=True)
            report.write(a.out, ABOUT, {"procedures": rows})
    report.write(a.out, ABOUT, {"procedures": rows})


if __name__ == "__main__":
    main()
