"""JSON that a person can read and diff: a value takes one line when it fits, and is broken up otherwise.

Errors are shortened.  [code, domain, message] is an error of the ordinary shape: str1 is the format of its code
(see "formats" in the file: with detail and without), str2 the detail or absent, int1 = int2 = -1.
[code, domain, message, str1, str2] is one of an argument check: both ints 0.  Any other error is an object.
"""

import json

WIDTH = 180


class Formats(dict):
    """code -> [format with a detail, format without], as first seen."""

    def shorten(self, v):
        if isinstance(v, list):
            return [self.shorten(x) for x in v]
        if not isinstance(v, dict):
            return v
        if set(v) >= {"code", "domain", "message"}:
            return self.error(v)
        return {k: self.shorten(x) for k, x in v.items()}

    def error(self, e):
        keys, s1, s2 = set(e) - {"code", "domain", "message"}, e.get("str1"), e.get("str2")
        head = [e["code"], e["domain"], e["message"]]
        if keys == {"str1", "str2"} and "%" not in s1:
            return head + [s1, s2]
        if e.get("int1") == -1 and e.get("int2") == -1 and keys <= {"str1", "str2", "int1", "int2"}:
            which = 0 if "str2" in e else 1
            told = s1 if which else s1.replace("%1$s" if "%1$s" in s1 else "%s", s2, 1)
            known = self.setdefault(str(e["code"]), [None, None])
            if told == e["message"] and known[which] in (None, s1):
                known[which] = s1
                return head
        return e


def text(v, indent=0):
    one = json.dumps(v, ensure_ascii=True)
    if len(one) + indent <= WIDTH or not isinstance(v, (dict, list)) or not v:
        return one
    pad, end = " " * (indent + 1), " " * indent
    if isinstance(v, dict):
        rows = [f"{pad}{json.dumps(k)}: {text(x, indent + 1)}" for k, x in v.items()]
        return "{\n" + ",\n".join(rows) + f"\n{end}}}"
    if not any(isinstance(x, (dict, list)) for x in v):
        return one
    return "[\n" + ",\n".join(pad + text(x, indent + 1) for x in v) + f"\n{end}]"


def write(path, about, v):
    """Write the members of v after an explanation and the error formats they need."""
    formats = Formats()
    short = formats.shorten(v)
    head = {"about": about + " " + __doc__.split("\n\n")[1].replace("\n", " ").strip(),
            "formats": dict(sorted(formats.items(), key=lambda x: int(x[0])))}
    with open(path, "w", encoding="utf-8") as f:
        f.write(text({**head, **short}) + "\n")
