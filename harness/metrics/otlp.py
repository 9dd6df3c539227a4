"""Pushes families to a collector by OTLP over HTTP. Loads the OpenTelemetry SDK: extra `otel`."""

from __future__ import annotations

import importlib
import ipaddress
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from harness.metrics.families import Family, Kind, Labels
from harness.model import HarnessError, UsageError


class PushError(HarnessError):
    """The collector did not take the metrics."""


def push(
    families: Iterable[Family],
    endpoint: str,
    created: datetime,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> int:
    """Send every family that has a sample, and return how many were sent.

    Args:
        families: What is sent; counters are cumulative since `created`.
        endpoint: `https://HOST/v1/metrics`, or `http://` to this machine.
        created: Since when counters count.
        now: Time of the samples.
        headers: Of the call, such as a token.

    Raises:
        UsageError: The extra is not installed, or the address would be called without encryption.
        PushError: It was not taken.
    """
    _check(endpoint)
    try:
        data = importlib.import_module("opentelemetry.sdk.metrics.export")
        http = importlib.import_module("opentelemetry.exporter.otlp.proto.http.metric_exporter")
    except ImportError as missing:
        raise UsageError("pushing needs the extra `otel`", remedy='pip install "contract-harness[otel]"') from missing
    exporter = http.OTLPMetricExporter(endpoint=endpoint, headers=dict(headers or {}), timeout=10)
    metrics = metrics_data(families, created, now)
    count = len(metrics.resource_metrics[0].scope_metrics[0].metrics)
    try:
        result = exporter.export(metrics, timeout_millis=10_000)
    finally:
        exporter.shutdown()
    if result is not data.MetricExportResult.SUCCESS:
        host = urlsplit(endpoint).hostname
        raise PushError(f"{host} did not take the metrics", remedy="See that it takes OTLP over HTTP.")
    return count


def metrics_data(families: Iterable[Family], created: datetime, now: datetime) -> Any:
    """Return families as the SDK's `MetricsData`."""
    data = importlib.import_module("opentelemetry.sdk.metrics.export")
    resources = importlib.import_module("opentelemetry.sdk.resources")
    scopes = importlib.import_module("opentelemetry.sdk.util.instrumentation")
    scope = scopes.InstrumentationScope("contract-harness")
    resource = resources.Resource({"service.name": "contract-harness"})
    times = {"start_time_unix_nano": _nanos(created), "time_unix_nano": _nanos(now)}
    metrics = [
        data.Metric(name=one.name, description=one.help, unit=one.unit, data=_points(data, one, times))
        for one in families
        if one.samples or one.histograms
    ]
    scoped = data.ScopeMetrics(scope=scope, metrics=metrics, schema_url="")
    return data.MetricsData([data.ResourceMetrics(resource=resource, scope_metrics=[scoped], schema_url="")])


def _points(data: Any, family: Family, times: Mapping[str, int]) -> Any:
    cumulative = data.AggregationTemporality.CUMULATIVE
    if family.kind is Kind.HISTOGRAM:
        points = [
            data.HistogramDataPoint(
                attributes=_attributes(one.labels),
                count=one.count,
                sum=one.total,
                bucket_counts=list(one.counts),
                explicit_bounds=[float(bound) for bound in family.bounds],
                min=0.0,
                max=0.0,
                **times,
            )
            for one in family.histograms
        ]
        return data.Histogram(data_points=points, aggregation_temporality=cumulative)
    points = [
        data.NumberDataPoint(attributes=_attributes(one.labels), value=one.value, **times) for one in family.samples
    ]
    if family.kind is Kind.COUNTER:
        return data.Sum(data_points=points, aggregation_temporality=cumulative, is_monotonic=True)
    return data.Gauge(data_points=points)


def _attributes(labels: Labels) -> dict[str, str]:
    """Return labels as attributes; `error.type` has a dot there, which OpenMetrics does not take."""
    return {"error.type" if name == "error_type" else name: value for name, value in labels}


def _check(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise UsageError("this is no address of a collector", remedy="Write https://HOST/v1/metrics.")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise UsageError(
            f"{parts.hostname} would be called without encryption", remedy="Use https; http is for this machine."
        )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _nanos(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
