"""Security: alternatives are an OR of ANDs; every old alternative must still be enough (content models, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from harness.compat.drafts import Draft
from harness.compat.openapi_reading import Reader
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.versions import canonical
from harness.documents import Node
from harness.model import JSON, Level

if TYPE_CHECKING:
    from harness.compat.openapi import OperationPair

Alternative: TypeAlias = dict[str, frozenset[str]]
"""Scheme name to the scopes it must have; {} lets everybody in."""

_FIELDS = ("type", "in", "name", "scheme", "bearerFormat", "openIdConnectUrl")
_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")


def security_changes(readers: tuple[Reader, Reader], pair: OperationPair, *, rootwise: bool) -> Iterator[Draft]:
    """Yield what changed about who may call an operation; `rootwise`: schemes or the document's default differ."""
    own = [isinstance(node.value, dict) and node.value.get("security") for node in pair.nodes]
    if not rootwise and own[0] == own[1]:
        return
    (old_list, old_node), (new_list, new_node) = (
        reader.security(node) for reader, node in zip(readers, pair.nodes, strict=True)
    )
    schemes = readers[0].security_schemes(), readers[1].security_schemes()
    names = _renamed(schemes)
    old = [_alternative(item, names) for item in old_list] or [{}]
    new = [_alternative(item, {}) for item in new_list] or [{}]
    yield from _demanded(old, new, (old_node, new_node), pair.name)
    yield from _weakened(old, new, (old_node, new_node), pair.name)
    for name in sorted({name for item in old for name in item}):
        before = schemes[0].get(next((was for was, now in names.items() if now == name), name))
        after = schemes[1].get(name)
        if before is not None and after is not None:
            yield from _scheme(before, after, name)


def _renamed(schemes: tuple[dict[str, Node], dict[str, Node]]) -> dict[str, str]:
    """Return the new names of schemes that only changed their name."""
    old, new = schemes
    texts: dict[str, list[str]] = {}
    for name in new:
        if name not in old:
            texts.setdefault(canonical(new[name].value), []).append(name)
    found: dict[str, str] = {}
    for name in old:
        partners = texts.get(canonical(old[name].value), [])
        if name not in new and len(partners) == 1:
            found[name] = partners[0]
    return found


def _alternative(item: dict[str, JSON], names: dict[str, str]) -> Alternative:
    return {
        names.get(name, name): frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else frozenset()
        for name, scopes in item.items()
    }


def _within(one: Alternative, other: Alternative) -> bool:
    """Whether whoever satisfies `other` satisfies `one`."""
    return all(name in other and scopes <= other[name] for name, scopes in one.items())


def _demanded(
    old: list[Alternative], new: list[Alternative], nodes: tuple[Node, Node], operation: str
) -> Iterator[Draft]:
    """Yield each old alternative that is no longer enough."""
    for item in old:
        if any(_within(other, item) for other in new):
            continue
        rule, title = _explain(item, new, operation)
        yield Draft(
            rule,
            *nodes,
            None,
            RULED_OUT,
            None,
            operation,
            _spelled(item),
            [_spelled(other) for other in new],
            title=title,
        )


def _explain(item: Alternative, new: list[Alternative], operation: str) -> tuple[str, str]:
    if not item:
        return "security-added", f"{operation} now needs authentication"
    for other in new:
        if other.keys() == item.keys():
            added = sorted({scope for name in other for scope in other[name] - item[name]})
            return "scope-added", f"{operation} now needs scope {', '.join(added)}"
    for other in new:
        if other.keys() > item.keys():
            added = sorted(other.keys() - item.keys())
            return "security-added", f"{operation} now also needs {' and '.join(added)}"
    return "security-alternative-removed", f"{operation} no longer accepts {' with '.join(sorted(item))}"


def _weakened(
    old: list[Alternative], new: list[Alternative], nodes: tuple[Node, Node], operation: str
) -> Iterator[Draft]:
    """Yield new alternatives that let in who was not let in before."""
    for item in new:
        if any(_within(other, item) for other in old):
            continue
        weaker = not item or any(_within(item, other) for other in old)
        if weaker:
            title = f"{operation} needs less proof than before"
            yield Draft(
                "security-weakened", *nodes, None, FINE, Level.ERROR, operation, after=_spelled(item), title=title
            )
        else:
            title = f"{operation} also accepts {' with '.join(sorted(item))}"
            yield Draft(
                "security-alternative-added", *nodes, None, FINE, None, operation, after=_spelled(item), title=title
            )


def _spelled(item: Alternative) -> JSON:
    return {name: [*sorted(scopes)] for name, scopes in sorted(item.items())}


def _scheme(old: Node, new: Node, name: str) -> Iterator[Draft]:
    """Compare how a scheme that callers use works."""
    before, after = (node.value if isinstance(node.value, dict) else {} for node in (old, new))
    changed = [key for key in _FIELDS if _told(before, key) != _told(after, key)]
    flows = before.get("flows"), after.get("flows")
    was, now = (flow if isinstance(flow, dict) else {} for flow in flows)
    for flow in sorted(was):
        if flow not in now:
            changed.append(f"flow {flow} removed")
            continue
        first, second = was[flow], now[flow]
        if isinstance(first, dict) and isinstance(second, dict):
            changed.extend(f"{flow} {url}" for url in _URLS if url in first and first[url] != second.get(url))
    changed.extend(url for url in _URLS if url in before and before[url] != after.get(url))
    if changed:
        title = f"security scheme {name} works differently: {', '.join(changed)}"
        yield Draft("security-scheme-changed", old, new, None, RULED_OUT, None, name, title=title)
    elif canonical(before) != canonical(after):
        offers = _offers(before, after)
        title = f"security scheme {name} {', '.join(offers) if offers else 'is described differently'}"
        rule = "security-scheme-changed" if offers else "text-changed"
        yield Draft(rule, old, new, None, FINE, None, f"security scheme {name}", title=title)


def _told(scheme: dict[str, JSON], key: str) -> JSON:
    """Return what a scheme says; names of HTTP authentication schemes have no case (RFC 9110, 11.1)."""
    value = scheme.get(key)
    return value.lower() if key == "scheme" and isinstance(value, str) else value


def _offers(before: dict[str, JSON], after: dict[str, JSON]) -> list[str]:
    """Return what a scheme offers more or less, none of which a caller must follow by itself.

    Which scopes an operation demands is judged where it demands them.
    """
    was, now = _offered(before), _offered(after)
    return [f"now offers {name}" for name in sorted(now - was)] + [
        f"no longer offers {name}" for name in sorted(was - now)
    ]


def _offered(scheme: dict[str, JSON]) -> set[str]:
    flows = scheme.get("flows")
    found = {key for key in _URLS if key in scheme}
    for name, flow in ({**flows} if isinstance(flows, dict) else {"": scheme}).items():
        if not isinstance(flow, dict):
            continue
        prefix = f"flow {name} " if name else ""
        found |= {f"flow {name}"} if name else set()
        scopes = flow.get("scopes")
        found |= {f"{prefix}scope {scope}" for scope in (scopes if isinstance(scopes, dict) else ())}
        found |= {f"{prefix}{url}" for url in _URLS if url in flow}
    return found
