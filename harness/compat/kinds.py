"""Every kind of change the comparators may name: the vocabulary that the rules explain.

A kind says what changed, never whether it breaks: the same kind is compatible in one direction and
breaking in the other. Kinds are stable names, because waivers and sign-offs refer to them.
One rule file in `harness.rules` explains each id (a test holds both sets equal).
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """Meaning of a kind of change: `area` of the contract, `action` on it, and one line for a person."""

    area: str
    action: str
    meaning: str


KINDS: dict[str, Kind] = {
    # fields of an object
    "field-added": Kind("schema", "add", "An object declares a further field that may be left out."),
    "field-added-required": Kind("schema", "add", "An object declares a further field that must be present."),
    "field-became-optional": Kind("schema", "change", "A field that was always present may now be missing."),
    "field-became-read-only": Kind("schema", "change", "A field is no longer taken from clients."),
    "field-became-required": Kind("schema", "change", "A field that could be left out must now be present."),
    "field-became-write-only": Kind("schema", "change", "A field is no longer sent to clients."),
    "field-no-longer-read-only": Kind("schema", "change", "A field is now taken from clients as well."),
    "field-no-longer-write-only": Kind("schema", "change", "A field is now sent to clients as well."),
    "field-renamed": Kind("schema", "change", "A field disappeared and the same field appeared under another name."),
    "field-required-undeclared": Kind("schema", "add", "A field is required that no schema declares."),
    "field-withdrawn": Kind("schema", "remove", "A declared field is no longer declared."),
    "field-deprecated": Kind("schema", "change", "A field or schema is marked as deprecated."),
    "field-reinstated": Kind("schema", "change", "A field or schema is no longer marked as deprecated."),
    "additional-properties-closed": Kind("schema", "change", "An object no longer takes undeclared fields."),
    "additional-properties-opened": Kind("schema", "change", "An object now takes undeclared fields."),
    "additional-properties-changed": Kind("schema", "change", "Undeclared fields must now match another schema."),
    "closed-reader": Kind("schema", "add", "A further field is sent to readers that refuse undeclared fields."),
    "pattern-properties-changed": Kind("schema", "change", "Fields named by a pattern must match another schema."),
    "property-names-changed": Kind("schema", "change", "The names that fields may have changed."),
    "property-count-tightened": Kind("schema", "change", "Fewer numbers of fields are allowed."),
    "property-count-loosened": Kind("schema", "change", "More numbers of fields are allowed."),
    "dependent-required-changed": Kind("schema", "change", "Which fields must come together changed."),
    "dependent-schemas-changed": Kind("schema", "change", "What a field's presence demands of the rest changed."),
    "unevaluated-changed": Kind("schema", "change", "What may remain unnamed by any part of the schema changed."),
    # values
    "type-changed": Kind("schema", "change", "A value has another type."),
    "type-narrowed": Kind("schema", "change", "A value may have fewer types."),
    "type-widened": Kind("schema", "change", "A value may have more types."),
    "null-allowed": Kind("schema", "change", "A value may now be null."),
    "null-refused": Kind("schema", "change", "A value may no longer be null."),
    "enum-added": Kind("schema", "add", "A value is now limited to a list."),
    "enum-removed": Kind("schema", "remove", "A value is no longer limited to a list."),
    "enum-value-added": Kind("schema", "add", "The list of allowed values grew."),
    "enum-value-removed": Kind("schema", "remove", "The list of allowed values shrank."),
    "extensible-enum-value-added": Kind("schema", "add", "A list that readers must expect to grow grew."),
    "extensible-enum-value-removed": Kind("schema", "remove", "A value left a list of known values."),
    "bounds-tightened": Kind("schema", "change", "A number may have fewer values."),
    "bounds-loosened": Kind("schema", "change", "A number may have more values."),
    "multiple-of-changed": Kind("schema", "change", "The step between allowed numbers changed."),
    "length-tightened": Kind("schema", "change", "A text may have fewer lengths."),
    "length-loosened": Kind("schema", "change", "A text may have more lengths."),
    "pattern-added": Kind("schema", "add", "A text must now match a pattern."),
    "pattern-changed": Kind("schema", "change", "A text must match another pattern."),
    "pattern-removed": Kind("schema", "remove", "A text no longer needs to match a pattern."),
    "format-added": Kind("schema", "add", "A value must now have a format."),
    "format-changed": Kind("schema", "change", "A value must have another format."),
    "format-removed": Kind("schema", "remove", "A value no longer needs to have a format."),
    "content-changed": Kind("schema", "change", "Encoding, media type or schema of text content changed."),
    "default-changed": Kind("schema", "change", "The value assumed for a missing field changed."),
    # arrays
    "item-count-tightened": Kind("schema", "change", "An array may have fewer lengths."),
    "item-count-loosened": Kind("schema", "change", "An array may have more lengths."),
    "unique-items-added": Kind("schema", "add", "An array may no longer repeat items."),
    "unique-items-removed": Kind("schema", "remove", "An array may now repeat items."),
    "items-changed": Kind("schema", "change", "What the items of an array may be changed."),
    "prefix-items-changed": Kind("schema", "change", "The fixed places of an array changed."),
    "contains-changed": Kind("schema", "change", "What an array must contain changed."),
    # composition
    "union-branch-added": Kind("schema", "add", "A further alternative is allowed."),
    "union-branch-removed": Kind("schema", "remove", "An alternative is no longer allowed."),
    "oneof-overlap": Kind("schema", "change", "A payload may now match two alternatives of which one was meant."),
    "union-changed": Kind("schema", "change", "The alternatives of a value changed."),
    "discriminator-changed": Kind("schema", "change", "The field that tells alternatives apart changed."),
    "discriminator-mapping-changed": Kind("schema", "change", "The value that names an alternative changed."),
    "not-changed": Kind("schema", "change", "What a value must not be changed."),
    "condition-changed": Kind("schema", "change", "A condition (if, then, else) changed."),
    "schema-added": Kind("schema", "add", "A value that was unrestricted has a schema."),
    "schema-removed": Kind("schema", "remove", "A value that had a schema is unrestricted."),
    "schema-changed": Kind("schema", "change", "A schema changed in several ways that only break together."),
    "keyword-of-later-version": Kind("schema", "add", "A keyword is used that the document's version does not have."),
    "schema-empty": Kind("schema", "change", "No value at all can satisfy the schema."),
    "text-changed": Kind("text", "change", "Words for people changed: titles, descriptions, examples, extensions."),
    # operations
    "operation-added": Kind("operation", "add", "The contract offers a further operation."),
    "operation-removed": Kind("operation", "remove", "The contract no longer offers an operation."),
    "operation-deprecated": Kind("lifecycle", "change", "An operation is marked as deprecated."),
    "operation-reinstated": Kind("lifecycle", "change", "An operation is no longer marked as deprecated."),
    "operation-id-changed": Kind("operation", "change", "The name that tools know an operation by changed."),
    "tags-changed": Kind("text", "change", "Tags changed."),
    "sunset-added": Kind("lifecycle", "add", "An end date was announced."),
    "sunset-moved-earlier": Kind("lifecycle", "change", "The announced end date comes sooner."),
    "sunset-moved-later": Kind("lifecycle", "change", "The announced end date comes later."),
    "sunset-removed": Kind("lifecycle", "remove", "The announced end date is gone though still deprecated."),
    "sunset-unreadable": Kind("lifecycle", "change", "The announced end date is no date."),
    "stability-lowered": Kind("lifecycle", "change", "The contract promises less stability."),
    "stability-raised": Kind("lifecycle", "change", "The contract promises more stability."),
    "stability-unknown": Kind("lifecycle", "change", "The stability level is no known level."),
    "callback-added": Kind("operation", "add", "The provider may call a further address back."),
    "callback-removed": Kind("operation", "remove", "The provider no longer calls back."),
    "webhook-added": Kind("operation", "add", "The provider announces a further webhook."),
    "webhook-removed": Kind("operation", "remove", "The provider no longer announces a webhook."),
    # parameters
    "parameter-added": Kind("parameter", "add", "A request may carry a further parameter."),
    "parameter-added-required": Kind("parameter", "add", "A request must carry a further parameter."),
    "parameter-removed": Kind("parameter", "remove", "A parameter is no longer taken."),
    "parameter-became-required": Kind("parameter", "change", "A parameter must now be given."),
    "parameter-became-optional": Kind("parameter", "change", "A parameter may now be left out."),
    "parameter-default-changed": Kind("parameter", "change", "Leaving a parameter out means something else."),
    "parameter-style-changed": Kind("parameter", "change", "A parameter is written differently on the wire."),
    "parameter-empty-value-changed": Kind("parameter", "change", "Whether a parameter may be empty changed."),
    "parameter-reserved-changed": Kind("parameter", "change", "Whether reserved characters may stay as they are."),
    "parameter-deprecated": Kind("lifecycle", "change", "A parameter is marked as deprecated."),
    "parameter-reinstated": Kind("lifecycle", "change", "A parameter is no longer marked as deprecated."),
    # bodies
    "request-body-added": Kind("body", "add", "A request may carry a body."),
    "request-body-added-required": Kind("body", "add", "A request must carry a body."),
    "request-body-removed": Kind("body", "remove", "A request body is no longer taken."),
    "request-body-became-required": Kind("body", "change", "A request body must now be sent."),
    "request-body-became-optional": Kind("body", "change", "A request body may now be left out."),
    "media-type-added": Kind("body", "add", "A body may have a further media type."),
    "media-type-removed": Kind("body", "remove", "A body may no longer have a media type."),
    "encoding-changed": Kind("body", "change", "A part of a form is encoded differently."),
    "response-added": Kind("response", "add", "An operation may answer with a further status."),
    "response-removed": Kind("response", "remove", "An operation no longer answers with a status."),
    "header-added": Kind("response", "add", "An answer carries a further header."),
    "header-removed": Kind("response", "remove", "An answer no longer carries a header."),
    "header-became-required": Kind("response", "change", "A header is now always there."),
    "header-became-optional": Kind("response", "change", "A header may now be missing."),
    # security and servers
    "security-added": Kind("security", "add", "Callers must now authenticate."),
    "security-alternative-added": Kind("security", "add", "Callers may authenticate in a further way."),
    "security-alternative-removed": Kind("security", "remove", "A way to authenticate is no longer enough."),
    "security-weakened": Kind("security", "remove", "Callers need to prove less than before."),
    "scope-added": Kind("security", "add", "Callers need a further scope."),
    "security-scheme-changed": Kind("security", "change", "A security scheme works differently."),
    "server-added": Kind("server", "add", "The contract names a further server."),
    "server-removed": Kind("server", "remove", "The contract no longer names a server."),
    # events
    "channel-added": Kind("channel", "add", "The contract names a further channel."),
    "channel-removed": Kind("channel", "remove", "The contract no longer names a channel."),
    "channel-address-changed": Kind("channel", "change", "Messages travel at another address."),
    "message-added": Kind("message", "add", "A channel carries a further message."),
    "message-removed": Kind("message", "remove", "A channel no longer carries a message."),
    "message-name-changed": Kind("message", "change", "The name by which readers know a message changed."),
    "message-content-type-changed": Kind("message", "change", "A message is written in another media type."),
    "message-schema-format-changed": Kind("message", "change", "A payload is described in another schema language."),
    "correlation-id-changed": Kind("message", "change", "The place of the correlation id changed."),
    "binding-changed": Kind("channel", "change", "A protocol binding changed."),
    "key-changed": Kind("channel", "change", "The key that orders and partitions messages changed."),
    "event-type-changed": Kind("message", "change", "A CloudEvents type or data schema changed."),
}
"""Id of a kind of change to its meaning, ordered as a person would read a contract."""
