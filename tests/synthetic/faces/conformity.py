"""Every answer of a face held to its contract, whatever asks: status, content type, headers and body."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from synthetic.sandboxes.faces import Contract

ROOT = Path(__file__).parents[3]
TOKEN = "t" * 64


class Checked:
    """A client of one contract, in process; an answer that breaks the contract fails the test that caused it."""

    def __init__(self, app, name):
        self.contract = Contract(ROOT, name)
        self.operations = list(self.contract.operations())
        self.answered = set()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=f"http://sandbox/{name}",
            headers={"authorization": f"Bearer {TOKEN}"},
        )

    async def ask(self, method, path, body=None, *, key="key-12345", headers=None):
        """Ask and return the answer after holding it to the contract."""
        given = {"idempotency-key": key, **(headers or {})}
        answer = await self._client.request(method, path, json=body, headers=given)
        self._hold(method, path, answer)
        return answer

    def _hold(self, method, path, answer):
        tokens = path.partition("?")[0].split("/")
        for one in self.operations:
            template = one.path.split("/")
            if (
                one.method == method
                and len(template) == len(tokens)
                and all(a == b or a.startswith("{") for a, b in zip(template, tokens, strict=True))
            ):
                break
        else:
            assert answer.status_code in (404, 405), f"{method} {path} is not in the contract"
            return
        said = self.contract.response(one.id, answer.status_code)
        assert said is not None, f"{one.id} answers {answer.status_code}, which the contract does not know"
        self.answered.add((one.id, answer.status_code))
        for name, header in said.get("headers", {}).items():
            if self.contract.resolved(header).get("required"):
                assert name.lower() in answer.headers, f"{one.id} {answer.status_code} lacks {name}"
        ((media, content),) = said["content"].items()
        assert answer.headers["content-type"] == media
        errors = list(self.contract.validator(content["schema"]).iter_errors(json.loads(answer.content)))
        assert not errors, f"{one.id} {answer.status_code}: {[(list(e.instance_path), e.message) for e in errors]}"

    def unanswered(self):
        """Return the operations that never succeeded."""
        return {one.id for one in self.operations} - {name for name, status in self.answered if status < 300}
