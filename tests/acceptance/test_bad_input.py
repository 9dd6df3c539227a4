"""Bad input: one clear message with place and remedy, exit 3 (2 where the question is wrong), the rest still judged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.cli.main import run

pytestmark = pytest.mark.integration

GOOD = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 100}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: string, maxLength: 5}, total: {type: integer}}}
"""
BROKEN: dict[str, bytes] = {
    "not YAML": GOOD.replace("paths:", "paths: [").encode(),
    "a tab as indent": GOOD.replace("  /orders:", "\t/orders:").encode(),
    "a key twice": GOOD.replace("components:", "paths: {}\ncomponents:").encode(),
    "an alias bomb": (
        GOOD + "x-a0: &a0 [x, x]\n" + "".join(f"x-a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    ).encode(),
    "a tag that runs code": GOOD.replace("title: Orders", "title: !!python/object/apply:os.system [id]").encode(),
    "too deep": (GOOD + "x-deep: " + "[" * 5_000 + "]" * 5_000 + "\n").encode(),
    "not a number": GOOD.replace("maximum: 100", "maximum: .nan").encode(),
    "a huge number": GOOD.replace("maximum: 100", "maximum: 1e999999999").encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "latin-1": GOOD.replace("Orders", "Aufträge").encode("latin-1"),
    "NUL": GOOD.replace("Orders", "Or\0ders").encode(),
    "two documents": (GOOD + "---\n" + GOOD).encode(),
    "a reference to nothing": GOOD.replace("schemas/Order", "schemas/Ordr").encode(),
    "a reference out of the tree": GOOD.replace("#/components", "../../../../../../etc/passwd#/components").encode(),
    "references in a circle": (
        GOOD.replace("{type: object, required", "{$ref: '#/components/schemas/B'}\n    B: "
                     "{$ref: '#/components/schemas/Order'}\n    C: {type: object, required")
    ).encode(),
    "a broken pattern": GOOD.replace("maxLength: 5", "pattern: '(['").encode(),
    "a type nobody knows": GOOD.replace("type: string", "type: words").encode(),
    "a keyword of the wrong type": GOOD.replace("maxLength: 5", "maxLength: five").encode(),
    "paths that are a list": GOOD.replace("  /orders:", "  - /orders:").encode(),
    "a response that is a text": GOOD.replace('"200": {d', '"201": hello\n        "200": {d').encode(),
    "properties that are a list": (
        GOOD.replace("properties: {id:", "properties: [{id:").replace("integer}}}\n", "integer}}]}\n").encode()
    ),
}  # fmt: skip
UNREADABLE = [
    "not YAML", "a tab as indent", "a key twice", "an alias bomb", "a tag that runs code", "too deep", "not a number",
    "a huge number", "UTF-16", "latin-1", "NUL", "two documents", "a reference to nothing",
    "a reference out of the tree",
]  # fmt: skip
"""Kinds that nothing can be said about; the others are documents with a mistake, of which something may be said."""

CATALOG: dict[str, bytes] = {
    "not YAML": b"kind: [API\n",
    "a key twice": b"apiVersion: backstage.io/v1alpha1\nkind: API\nkind: API\nmetadata: {name: x}\n",
    "latin-1": "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: gr\xfcn}\n".encode("latin-1"),
    "a bomb": b"a: &a [x, x]\n" + b"".join(b"a%d: &b%d [*a, *a]\n" % (n, n) for n in range(9)) + b"z: *nowhere\n",
}
ODD_CATALOG: dict[str, bytes] = {
    "a list": b"- 1\n- 2\n",
    "spec is a text": b"apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: x}\nspec: hello\n",
    "metadata is a list": b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: [x]\nspec: {}\n",
    "numbers for names": b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: 1}\nspec: {owner: 2}\n",
    "governance is a text": (
        b"apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: w}\n"
        b"spec: {type: critical-workflow, owner: x, x-governance: {steps: no, recovery: [1], legalEntities: 3}}\n"
    ),
}
PACTS: dict[str, bytes] = {
    "not JSON": b'{"consumer": {',
    "a key twice": b'{"consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": [], "interactions": []}',
    "a plugin": json.dumps(
        {
            "consumer": {"name": "a"},
            "provider": {"name": "b"},
            "interactions": [],
            "metadata": {"plugins": [{"name": "x"}]},
        }
    ).encode(),
    "deep": b'{"consumer": ' + b"[" * 5_000 + b"]" * 5_000 + b', "provider": {}, "interactions": []}',
}
ODD_PACTS: dict[str, bytes] = {
    "consumer is a text": b'{"consumer": "a", "provider": {"name": "b"}, "interactions": []}',
    "interactions is a text": b'{"consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": "x"}',
    "an interaction is a number": b'{"consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": [1]}',
    "a response is a list": (
        b'{"consumer": {"name": "a"}, "provider": {"name": "orders"}, "interactions": [{"description": "d", '
        b'"request": {"method": 1, "path": 2}, "response": [3]}]}'
    ),
}


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "contracts/apis/orders/1.0.0").mkdir(parents=True)
    (tmp_path / "contracts/apis/orders/1.0.0/openapi.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "harness.yaml").write_text("profile: standard\n", "utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    git(tmp_path, "switch", "-q", "-c", "work")
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    user = ("-c", "user.name=a", "-c", "user.email=a@x.example", "-c", "commit.gpgSign=false", "-c", "core.autocrlf=0")
    subprocess.run(["git", *user, *arguments], cwd=root, check=True, capture_output=True, timeout=60)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "change")


def put(root: Path, name: str, data: bytes) -> str:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)
    return name


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    capsys.readouterr()
    code = run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    told = captured.out + captured.err
    assert "Traceback" not in told
    assert "our bug" not in told, told
    return code, told


def gate(capsys, root: Path) -> tuple[int, str]:
    return ran(capsys, "gate", "--repo", root, "--base", "main", "--head", "work")


BAD = "contracts/apis/tax/1.0.0/openapi.yaml"
BETTER = "contracts/apis/orders/1.1.0/openapi.yaml"


@pytest.mark.parametrize("kind", UNREADABLE)
def test_check_names_a_broken_contract_and_checks_the_rest(kind: str, repository: Path, capsys) -> None:
    put(repository, BAD, BROKEN[kind])
    put(repository, "catalog/a.yaml", ODD_CATALOG["spec is a text"])
    code, told = ran(capsys, "check", "--repo", repository)
    assert code == 3, told
    assert BAD in told
    assert "Fix: " in told
    assert "catalog-entity-refused" in told, "the rest is checked all the same"


@pytest.mark.parametrize("kind", UNREADABLE)
def test_the_gate_names_a_broken_contract_and_judges_the_others(kind: str, repository: Path, capsys) -> None:
    put(repository, BAD, BROKEN[kind])
    put(repository, BETTER, GOOD.replace("1.0.0", "1.1.0").replace("properties: {", "properties: {n: {},").encode())
    commit(repository)
    code, told = gate(capsys, repository)
    assert code == 3, told
    assert BAD in told
    assert "orders 1.0.0 -> 1.1.0" in told, "the others are judged"


@pytest.mark.parametrize("kind", sorted(BROKEN))
@pytest.mark.parametrize("side", ["old", "new"])
def test_compare_of_a_broken_contract_could_not_tell(kind: str, side: str, tmp_path: Path, capsys) -> None:
    names = {
        name: put(tmp_path, f"{name}.yaml", BROKEN[kind] if name == side else GOOD.encode()) for name in ("old", "new")
    }
    code, told = ran(capsys, "compare", "--repo", tmp_path, tmp_path / names["old"], tmp_path / names["new"])
    if kind in UNREADABLE:
        assert code == 3, told
        assert f"{side}.yaml" in told
        assert "Fix: " in told
    assert code in {0, 1, 3}


@pytest.mark.parametrize("kind", sorted(set(BROKEN) - set(UNREADABLE)))
def test_a_mistake_inside_a_contract_breaks_no_command(kind: str, repository: Path, capsys) -> None:
    put(repository, BAD, BROKEN[kind])
    put(repository, "contracts/apis/tax/1.0.1/openapi.yaml", BROKEN[kind].replace(b"1.0.0", b"1.0.1"))
    assert ran(capsys, "check", "--repo", repository)[0] in {0, 1, 3}
    commit(repository)
    assert gate(capsys, repository)[0] in {0, 1, 3}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        *(pytest.param("catalog/bad.yaml", data, id=f"catalog {kind}") for kind, data in CATALOG.items()),
        *(pytest.param("contracts/pacts/orders/bad.json", data, id=f"pact {kind}") for kind, data in PACTS.items()),
    ],
)
def test_a_broken_catalog_or_pact_file_could_not_tell_in_check(path: str, data: bytes, repository, capsys) -> None:
    put(repository, path, data)
    code, told = ran(capsys, "check", "--repo", repository)
    assert code == 3, told
    assert path in told
    assert "Fix: " in told
    commit(repository)
    put(repository, BETTER, GOOD.replace("1.0.0", "1.1.0").replace("properties: {", "properties: {n: {},").encode())
    commit(repository)
    code, told = gate(capsys, repository)
    assert code in {0, 1, 3}
    assert path in told, "the gate says what it did not look at"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        *(pytest.param("catalog/bad.yaml", data, id=f"catalog {kind}") for kind, data in ODD_CATALOG.items()),
        *(pytest.param("contracts/pacts/orders/bad.json", data, id=f"pact {kind}") for kind, data in ODD_PACTS.items()),
    ],
)
def test_an_odd_catalog_or_pact_file_breaks_no_command(path: str, data: bytes, repository: Path, capsys) -> None:
    put(repository, path, data)
    for arguments in (
        ("check",),
        ("catalog", "show"),
        ("catalog", "graph"),
        ("catalog", "owners"),
        ("impact", "orders"),
    ):
        assert ran(capsys, *arguments, "--repo", repository)[0] in {0, 1, 3}
    put(repository, BETTER, GOOD.replace("1.0.0", "1.1.0").replace("maxLength: 5", "maxLength: 4").encode())
    commit(repository)
    assert gate(capsys, repository)[0] in {0, 1, 3}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("profile: strict\n", 2), ("contracts: 5\n", 2), ("levels: {x: loud}\n", 2), ("profil: finance\n", 2),
        ("profile: [\n", 3), ("- a\n", 2), ("profile: standard\nprofile: finance\n", 3), ("policy: nowhere.yaml\n", 3),
    ],
)  # fmt: skip
def test_a_broken_configuration_is_named_and_never_taken_as_empty(text: str, code: int, repository, capsys) -> None:
    put(repository, "harness.yaml", text.encode())
    found, told = ran(capsys, "check", "--repo", repository)
    assert found == code, told
    assert "harness.yaml" in told or "nowhere.yaml" in told
    assert "Fix: " in told


def leaves(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the path of every value inside a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += leaves(item, (*path, key))
    return found


SCHEMA = {"type": "object", "required": ["id"], "properties": {
          "id": {"type": "string", "maxLength": 9, "pattern": "^a"},
          "n": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}, "t": {"enum": ["a", "b"]},
          "l": {"type": "array", "items": {"$ref": "#/components/schemas/L"}, "uniqueItems": True}},
          "additionalProperties": False}  # fmt: skip
OPENAPI = {
    "openapi": "3.1.0", "info": {"title": "t", "version": "1.0.0"}, "servers": [{"url": "https://x.example/v1"}],
    "security": [{"k": []}],
    "paths": {"/o/{id}": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "post": {"operationId": "o", "tags": ["t"], "deprecated": True,
                 "parameters": [
                     {"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}],
                 "requestBody": {
                     "required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}},
                 "responses": {"200": {"description": "d", "headers": {"H": {"schema": {"type": "string"}}},
                               "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}},
                               "default": {"description": "e"}}}}},
    "components": {"schemas": {"S": SCHEMA, "L": {"oneOf": [{"$ref": "#/components/schemas/S"}, {"const": 1}]}},
                   "securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "X"}}},
}  # fmt: skip
ASYNCAPI = {
    "asyncapi": "3.0.0", "info": {"title": "t", "version": "1.0.0"},
    "channels": {"c": {"address": "a/{x}", "parameters": {"x": {"enum": ["1"]}},
                       "messages": {"m": {"$ref": "#/components/messages/m"}}}},
    "operations": {"s": {"action": "send", "channel": {"$ref": "#/channels/c"},
                         "messages": [{"$ref": "#/channels/c/messages/m"}]}},
    "components": {"messages": {"m": {"name": "m", "contentType": "application/json", "headers": {"type": "object"},
                   "payload": {"$ref": "#/components/schemas/S"}}},
                   "schemas": {"S": SCHEMA, "L": {"type": "integer"}}},
}  # fmt: skip
AVRO = {
    "type": "record", "name": "R", "namespace": "x.y", "fields": [
        {"name": "a", "type": "long", "default": 1}, {"name": "b", "type": ["null", "string"], "default": None},
        {"name": "c", "type": {"type": "enum", "name": "E", "symbols": ["X", "Y"], "default": "X"}},
        {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "e", "type": {"type": "map", "values": {"type": "array", "items": "R"}}},
        {"name": "f", "type": {"type": "fixed", "name": "F", "size": 4}}],
}  # fmt: skip
JSON_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMA, "components": {"schemas": {"L": True}},
    "if": {"required": ["n"]}, "then": {"minProperties": 2}, "unevaluatedProperties": False,
}  # fmt: skip
VALID: dict[str, tuple[str, dict]] = {
    "openapi": ("json", OPENAPI), "asyncapi": ("json", ASYNCAPI), "avro": ("avsc", AVRO),
    "jsonschema": ("json", JSON_SCHEMA),
}  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(10**30), st.just(-0.5), st.text(max_size=4), st.just([]),
    st.just({}), st.just([[]]), st.just([{}]), st.just({"$ref": "#/components/schemas/S"}), st.just({"$ref": 5}),
    st.just({"$ref": "#"}), st.sampled_from(["string", "null", "record", "(?<=x)y", "#/components", "\ud800", "1.0.0"]),
    st.dictionaries(st.sampled_from(["type", "properties", "items", "allOf", "not", "schema", "content"]),
                    st.sampled_from([0, "x", [], {}, True]), max_size=2),
)  # fmt: skip


def mutated(document: object, path: tuple[object, ...], odd: object, how: str) -> object:
    """Return the document with one value replaced, removed, wrapped in a list or put under another key."""
    copy = json.loads(json.dumps(document))
    here = copy
    for key in path[:-1]:
        here = here[key]
    last = path[-1]
    if how == "remove":
        del here[last]
    elif how == "wrap":
        here[last] = [here[last]]
    elif how == "rename" and isinstance(here, dict):
        here[str(odd)] = here.pop(last)
    else:
        here[last] = odd
    return copy


@pytest.mark.parametrize("kind", sorted(VALID))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_compare_never_crashes_on_a_document_with_a_random_mistake(kind: str, data, tmp_path: Path, capsys) -> None:
    ending, document = VALID[kind]
    paths = leaves(document)
    broken: object = document
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(paths))
        how = data.draw(st.sampled_from(["replace", "replace", "remove", "wrap", "rename"]))
        try:
            broken = mutated(broken, path, data.draw(ODD), how)
        except (KeyError, IndexError, TypeError):
            continue  # the first edit took the place of the second away
    for name, value in (("old", document), ("new", broken)):
        put(tmp_path, f"{name}.{ending}", json.dumps(value).encode())
    names = [tmp_path / f"old.{ending}", tmp_path / f"new.{ending}"]
    for old, new in (names, names[::-1]):
        code, told = ran(capsys, "compare", "--repo", tmp_path, "--kind", kind, old, new)
        assert code in {0, 1, 3}, told
