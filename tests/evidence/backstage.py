"""Hold `harness.catalog` against the genuine validators of Backstage on random input; needs Node, so no test runs it.

python tests/evidence/backstage.py FOLDER SEED CASES     # FOLDER: where npm installed @backstage/catalog-model
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from harness.catalog.backstage import KINDS, validate
from harness.catalog.urls import is_valid_url

ORACLE = Path(__file__).with_name("backstage.cjs")
SPECS: dict[str, dict[str, object]] = {
    "API": {"type": "openapi", "lifecycle": "l", "owner": "t", "definition": "x"},
    "Component": {"type": "service", "lifecycle": "l", "owner": "t"},
    "Group": {"type": "team", "children": []},
    "Location": {},
    "Resource": {"type": "database", "owner": "t"},
    "User": {"memberOf": []},
    "Domain": {"owner": "t"},
    "System": {"owner": "t"},
}
ODD = [
    *(
        "",
        " ",
        "a",
        "A",
        "a" * 63,
        "a" * 64,
        "a" * 253,
        "a-b",
        "a--b",
        "-a",
        "a-",
        "a_b",
        "a.b",
        "a..b",
        "a/b",
        "a/b/c",
    ),
    *("x.io/b", "X.io/b", ".x/b", "/b", "b/", "a b", "\u00fc", "\u65e5", "a\n", "\u00a0", "a:b", "component:default/x"),
    *("c++", "c#", "+-", "https://x.y", "http://", "x", "mailto:a", "backstage.io/v1alpha1", "backstage.io/v1", "API"),
    *("component", "Template", "required", "optional", "\u200b", "\ufeff", "0", "\x00", "__proto__", "//x", "data:,"),
    *(("a" * 60 + ".") * 4 + "b/n", ("a" * 60 + ".") * 5 + "b/n"),
]
ROOT = ["apiVersion", "kind", "metadata", "spec", "relations", "status", "x"]
METADATA = [
    *("name", "namespace", "uid", "etag", "title", "description", "labels", "annotations", "tags", "links", "x"),
]
SPEC = sorted({key for known in KINDS.values() for key in (*known.required, *known.texts, *known.lists)})
SPEC += ["profile", "presence", "x"]
HOSTS = "abAB019-_.:+ @%[]?\\^|<>\"'`&=;!*()xn\u00fc\u00df\u65e5\u200d\u0301\u0660\u05d0\u2167\u3002\u00ad%41%C3%BC%00"
SCHEMES = [
    "http://",
    "https:",
    "ws://",
    "file://",
    "foo://",
    "mailto:",
    "http://u:p@",
    "http://[",
    "http://xn--",
    "http://1.",
]


def value(rng: random.Random, depth: int = 0) -> object:
    """Return something a catalog file may hold at some place."""
    kind = rng.random()
    if kind < 0.5 or depth > 2:
        return rng.choice(ODD)
    if kind < 0.74:
        return rng.choice([None, True, False, 0, 1, -1, 1.5])
    if kind < 0.85:
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    keys = [*ODD, "url", "title", "icon", "type", "displayName", "email", "picture"]
    return {rng.choice(keys): value(rng, depth + 1) for _ in range(rng.randint(0, 3))}


def entity(rng: random.Random) -> dict[str, object]:
    """Return an entity of a known kind with one or two places changed."""
    kind = rng.choice(sorted(SPECS))
    version = rng.choice(["backstage.io/v1alpha1", "backstage.io/v1beta1"])
    metadata: dict[str, object] = {"name": "pay"}
    spec = dict(SPECS[kind])
    made: dict[str, object] = {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
    for _ in range(rng.randint(1, 2)):
        holder, keys = rng.choice(
            [(made, ROOT), (metadata, METADATA), (metadata, METADATA), (spec, SPEC), (spec, SPEC)]
        )
        key = rng.choice(keys)
        if rng.random() < 0.2:
            holder.pop(key, None)
        else:
            holder[key] = value(rng)
    return made


def url(rng: random.Random) -> str:
    """Return an address whose host is hard to judge."""
    host = "".join(rng.choice(HOSTS) for _ in range(rng.randint(0, 7)))
    return rng.choice(SCHEMES) + host + rng.choice(["", "/", ":80", ":", ":65536", "]", ".com", ".0x", ".256", ".09"])


def differing(folder: Path, key: str, cases: list[object], ours: Callable[[object], bool]) -> tuple[int, list[object]]:
    """Return how many cases Backstage accepts, and those that are judged otherwise here."""
    rows = "".join(json.dumps({key: case}) + "\n" for case in cases)
    script = (folder / "backstage.cjs").resolve()
    script.write_text(ORACLE.read_text("utf-8"), "utf-8")
    done = subprocess.run(["node", script], input=rows, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return sum(answers), [case for case, answer in zip(cases, answers, strict=True) if ours(case) is not answer]


def main(folder: Path, seed: int, number: int) -> int:
    """Print what differs."""
    rng = random.Random(seed)  # noqa: S311  (no secret)
    questions: tuple[tuple[str, list[object], Callable[[object], bool]], ...] = (
        ("entity", [entity(rng) for _ in range(number)], lambda case: not validate(case)),
        ("url", [url(rng) for _ in range(number)], is_valid_url),
    )
    wrong = 0
    for key, cases, ours in questions:
        accepted, others = differing(folder, key, cases, ours)
        sys.stdout.write(f"{key}: {number} cases, {accepted} accepted by Backstage, {len(others)} judged otherwise\n")
        sys.stdout.writelines(f"  {json.dumps(case)}\n" for case in others[:10])
        wrong += len(others)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
