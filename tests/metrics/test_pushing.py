"""OTLP over HTTP to a collector on loopback, read back by the protocol's own classes."""

from __future__ import annotations

import gzip
import http.server
import threading
from pathlib import Path

import pytest
from made_facts import DAY, FACTS
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from harness.metrics.counting import families
from harness.metrics.otlp import metrics_data, push
from harness.model import UsageError


@pytest.mark.integration
def test_a_collector_gets_every_family_with_its_kind_and_numbers():
    bodies = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            bodies.append((self.headers.get("Authorization"), gzip.decompress(body) if zipped else body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1/metrics"
        count = push(families(FACTS, DAY), url, DAY.since, DAY.until, {"Authorization": "Bearer x"})
        server.shutdown()
        thread.join()
    ((token, body),) = bodies
    assert token.endswith("x")
    request = ExportMetricsServiceRequest.FromString(body)
    (scope,) = request.resource_metrics[0].scope_metrics
    assert len(scope.metrics) == count
    found = {metric.name: metric for metric in scope.metrics}
    runs = found["billing_erp.probe.runs"].sum
    assert runs.is_monotonic
    assert sum(point.as_double or point.as_int for point in runs.data_points) == 4
    calls = found["http.client.request.duration"].histogram.data_points
    kinds = {one.value.string_value for point in calls for one in point.attributes if one.key == "error.type"}
    assert kinds == {"timeout"}, "an attribute, not a label: with a dot"
    durations = found["billing_erp.payment.application.duration"].histogram.data_points
    assert sum(point.count for point in durations) == 3
    assert {point.start_time_unix_nano for point in durations} == {int(DAY.since.timestamp()) * 10**9}


def test_families_without_a_sample_are_not_pushed():
    pushed = metrics_data(families(FACTS, DAY), DAY.since, DAY.until).resource_metrics[0].scope_metrics[0].metrics
    assert {one.name for one in pushed} == {one.name for one in families(FACTS, DAY) if one.samples or one.histograms}


@pytest.mark.parametrize("url", ["http://collector.example/v1/metrics", "ftp://x", "https://u:p@x/v1", "x"])
def test_what_is_no_safe_address_is_refused(url):
    with pytest.raises(UsageError):
        push((), url, DAY.since, DAY.until)


def test_the_page_of_metrics_names_every_one():
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
    missing = [
        name for family in families(FACTS, DAY) for name, _, _ in list(family.flat())[:1] if _base(name) not in page
    ]
    assert missing == []


def _base(name):
    return name.removesuffix("_bucket")
