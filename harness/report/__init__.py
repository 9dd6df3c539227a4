"""Value to text: every function here takes frozen values and returns a string, and nothing here decides.

One module a format: `compare_text`, `gate_text`, `check_text`, `explain_text`, `impact_text`, `changelog`,
`encoding` (JSON), `sarif`, `junit`, `gitlab`, `annotations`, `markdown` and `html`. All data passes `printable()`
on its way out (`reference: threats, output`), so that no document can drive a terminal or a page.
"""
