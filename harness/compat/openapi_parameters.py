"""Parameters: what a request carries beside its body, compared as the texts that travel (content models, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.compat.drafts import Draft
from harness.compat.keywords import SCALARS
from harness.compat.lifecycle import lifecycle_changes, may_go
from harness.compat.openapi_bodies import media_changes
from harness.compat.openapi_headers import composed, word_changes
from harness.compat.openapi_reading import IGNORED_HEADERS, Parameter
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.samples import item_position
from harness.compat.shapes import Form, Shape
from harness.compat.versions import ANYTHING, Position, Site, below, canonical
from harness.model import JSON, Direction, Level

if TYPE_CHECKING:
    from harness.compat.openapi import OpenApiComparison, OperationPair

_NAMES = re.compile(r"\{([^}]*)\}")
_UNRESTRICTED = frozenset({"type", "default", "deprecated", "name", "in", "required", "collectionFormat"})
_Paired = dict[tuple[str, str], Parameter]


def parameter_changes(comparison: OpenApiComparison, pair: OperationPair) -> None:
    """Compare the parameters of an operation; adds drafts and schema pairs to the comparison."""
    if _all_same(comparison, pair):
        return
    old, new = (
        _keyed(reader.parameters(item, node), item.template)
        for reader, item, node in zip(comparison.readers, pair.items, pair.nodes, strict=True)
    )
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            comparison.add(_removed(comparison, old[key], pair), pair.name)
        elif key not in old:
            comparison.add(_added(comparison, new[key], pair), pair.name)
        else:
            _both(comparison, pair, old[key], new[key])


def _all_same(comparison: OpenApiComparison, pair: OperationPair) -> bool:
    """Whether both versions list the same parameters for paths of the same text."""
    if (
        pair.items[0].template != pair.items[1].template
        or comparison.readers[0].dialect != comparison.readers[1].dialect
    ):
        return False
    for old, new in ((pair.items[0].node, pair.items[1].node), pair.nodes):
        lists = [node.value.get("parameters") if isinstance(node.value, dict) else None for node in (old, new)]
        if lists == [None, None]:
            continue
        if None in lists or not comparison.sides.sameness.same(below(old, "parameters"), below(new, "parameters")):
            return False
    return True


def _keyed(parameters: list[Parameter], template: str) -> _Paired:
    """Return parameters by place and name: path parameters by their position, headers in lower case."""
    places = _NAMES.findall(template)
    found: _Paired = {}
    for parameter in parameters:
        name = parameter.name
        if parameter.where == "header":
            name = name.lower()
            if name in IGNORED_HEADERS:
                continue
        elif parameter.where == "path":
            # A name the template does not have is invalid, but still says what the author promised.
            name = f"{places.index(name):03}" if name in places else name
        found[parameter.where, name] = parameter
    return found


def _named(parameter: Parameter) -> str:
    return f"{parameter.where} {parameter.name}" if parameter.where == "header" else f"parameter {parameter.name}"


def _removed(comparison: OpenApiComparison, parameter: Parameter, pair: OperationPair) -> Iterator[Draft]:
    if parameter.where == "path":
        return
    value = parameter.node.value if isinstance(parameter.node.value, dict) else {}
    retired = value.get("deprecated") is True and may_go(value, comparison.sides.as_of)[0] and "x-sunset" in value
    subject = f"{pair.name} {_named(parameter)}"
    received = pair.direction is Direction.RECEIVED
    level = None if received or parameter.required or retired else Level.WARNING
    title = f"{pair.name} no longer {'takes' if received else 'sends'} {_named(parameter)}"
    proof = FINE if retired else RULED_OUT
    yield Draft("parameter-removed", parameter.node, None, pair.direction, proof, level, subject, title=title)


def _added(comparison: OpenApiComparison, parameter: Parameter, pair: OperationPair) -> Iterator[Draft]:
    if parameter.where == "path":
        return
    subject = f"{pair.name} {_named(parameter)}"
    required = parameter.required
    filled = _default(comparison, 1, parameter) is not None
    breaks = required and not filled and pair.direction is Direction.RECEIVED
    rule = "parameter-added-required" if required else "parameter-added"
    verb = "needs" if required else "may carry"
    title = f"{pair.name} now {verb} {_named(parameter)}"
    proof = RULED_OUT if breaks else FINE
    yield Draft(rule, None, parameter.node, pair.direction, proof, None, subject, title=title)


def _default(comparison: OpenApiComparison, side: int, parameter: Parameter) -> str | None:
    """Return the canonical text of the value assumed where the parameter is left out."""
    if parameter.site is None:
        return None
    views = (comparison.sides.old_views, comparison.sides.new_views)[side]
    for shape in views.shaper.form((parameter.site,)).shapes:
        for value in shape.values("default"):
            return canonical(value)
    return None


def _both(comparison: OpenApiComparison, pair: OperationPair, old: Parameter, new: Parameter) -> None:
    if (old.required, old.style, old.explode) == (
        new.required,
        new.style,
        new.explode,
    ) and comparison.sides.sameness.same(old.node, new.node):
        return
    subject = f"{pair.name} {_named(new)}"
    comparison.add(_presence(comparison, pair, old, new), pair.name)
    comparison.add(_writing(comparison, pair, old, new), pair.name)
    comparison.add(lifecycle_changes(old.node, new.node, subject, "parameter"), pair.name)
    comparison.add(word_changes(old, new, subject), pair.name)
    if old.media and new.media:
        media_changes(comparison, (old.media, new.media), pair.direction, subject)
    if old.site is None and new.site is None:
        return
    if old.site is not None and new.site is not None:
        drafts, sites = wire_changes(comparison, old, new, pair.direction, subject)
        comparison.add(iter(drafts), pair.name)
        if sites is None:
            return
        left, right = sites
        comparison.schemas.compare(left, right, pair.direction, subject, wire=True)
    elif not old.media and not new.media:
        comparison.schemas.compare(old.site, new.site, pair.direction, subject, wire=True)


def _presence(comparison: OpenApiComparison, pair: OperationPair, old: Parameter, new: Parameter) -> Iterator[Draft]:
    """Compare whether a parameter must be given, and what leaving it out means."""
    subject = f"{pair.name} {_named(new)}"
    received = pair.direction is Direction.RECEIVED
    nodes = old.node, new.node
    defaults = _default(comparison, 0, old), _default(comparison, 1, new)
    if new.required and not old.required:
        proof = RULED_OUT if received and defaults[1] is None else FINE
        title = f"{pair.name} now needs {_named(new)}"
        yield Draft("parameter-became-required", *nodes, pair.direction, proof, None, subject, title=title)
    elif old.required and not new.required:
        proof = FINE if received else RULED_OUT
        title = f"{pair.name} may now leave out {_named(new)}"
        yield Draft("parameter-became-optional", *nodes, pair.direction, proof, None, subject, title=title)
    if defaults[0] != defaults[1]:
        omitted = not old.required and not new.required and old.where != "path"
        proof = RULED_OUT if omitted and received else FINE
        title = f"{pair.name}: leaving out {_named(new)} means something else"
        if not omitted:
            title = f"{pair.name} has another default for {_named(new)}"
        yield Draft("parameter-default-changed", *nodes, pair.direction, proof, None, subject, *defaults, title=title)


def _writing(comparison: OpenApiComparison, pair: OperationPair, old: Parameter, new: Parameter) -> Iterator[Draft]:
    """Compare how a parameter is written: style, explode, empty values, reserved characters."""
    subject = f"{pair.name} {_named(new)}"
    nodes = old.node, new.node
    parts = composed(comparison, old, new)
    styles = (old.style, old.explode), (new.style, new.explode)
    if bool(old.media) != bool(new.media):
        title = f"{pair.name} writes {_named(new)} differently on the wire"
        was, now = (one.media[0].name if one.media else f"style {one.style}" for one in (old, new))
        yield Draft("parameter-style-changed", *nodes, pair.direction, RULED_OUT, None, subject, was, now, title=title)
    matters = parts or (new.where == "path" and old.style != new.style)
    if styles[0] != styles[1] and not (old.media or new.media):
        title = f"{pair.name} writes {_named(new)} differently on the wire"
        proof = RULED_OUT if matters or old.style != new.style else FINE
        was, now = (f"{style}{', exploded' if explode else ''}" for style, explode in styles)
        yield Draft("parameter-style-changed", *nodes, pair.direction, proof, None, subject, was, now, title=title)
    if new.where != "query":
        return
    for key, rule, words in (
        ("allowEmptyValue", "parameter-empty-value-changed", "empty values"),
        ("allowReserved", "parameter-reserved-changed", "reserved characters"),
    ):
        before, after = old.flag(key), new.flag(key)
        if before != after:
            received = pair.direction is Direction.RECEIVED
            proof = FINE if after is received else RULED_OUT
            verb = "now takes" if after else "no longer takes"
            title = f"{subject} {verb} {words}"
            yield Draft(rule, *nodes, pair.direction, proof, None, subject, before, after, title=title)


def wire_changes(
    comparison: OpenApiComparison, old: Parameter, new: Parameter, direction: Direction, subject: str
) -> tuple[list[Draft], tuple[Site | None, Site | None] | None]:
    """Compare as texts on the wire; return the changes told so, and the schemas still to compare (None: none)."""
    if old.site is None or new.site is None:
        return [], (old.site, new.site)
    forms = _form(comparison, 0, old.site), _form(comparison, 1, new.site)
    written, read = forms if direction is Direction.RECEIVED else (forms[1], forms[0])
    nodes = old.site.node, new.site.node
    if _any_text(read) and written.types <= SCALARS and written.types - {"string"}:
        title = f"{subject} may now be any text" if direction is Direction.RECEIVED else f"{subject} has another type"
        return [Draft("type-changed", *nodes, direction, FINE, None, subject, title=title)], None
    reader = new if direction is Direction.RECEIVED else old
    items = _list_of(read) if reader.style == "form" and reader.explode else None
    if items is not None and written.types and written.types <= SCALARS:
        title = f"{subject} may now be given several times"
        drafts = [Draft("type-widened", *nodes, direction, FINE, None, subject, title=title)]
        item = items[0] if items else None
        return drafts, (old.site, item) if direction is Direction.RECEIVED else (item, new.site)
    return [], (old.site, new.site)


def _form(comparison: OpenApiComparison, side: int, site: Site) -> Form:
    return (comparison.sides.old_views, comparison.sides.new_views)[side].shaper.form((site,))


def _any_text(form: Form) -> bool:
    """Whether every text is taken: then the text of every number and boolean is, too."""
    return any("string" in shape.types and _unrestricted(shape) for shape in form.shapes)


def _unrestricted(shape: Shape) -> bool:
    return all(set(fragment.keywords) <= _UNRESTRICTED for fragment in shape.fragments)


def _list_of(form: Form) -> Position | None:
    """Return what items an array takes that may have exactly one item."""
    if len(form.shapes) != 1 or form.shapes[0].types != {"array"}:
        return None
    least: list[JSON] = form.shapes[0].values("minItems")
    if any(isinstance(value, int) and value > 1 for value in least):
        return None
    return item_position(form.shapes[0], 0) or ANYTHING
