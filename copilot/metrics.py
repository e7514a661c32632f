"""Prometheus metrics. Labels are names from the code, never anything that was said or sent."""

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
_WAIT = (1, 2.5, 5, 10, 15, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600)

STAGE_CPU = Counter("copilot_stage_cpu_seconds", "CPU seconds spent, by stage", ["stage"])
UTTERANCES = Counter("copilot_utterances", "Utterances taken", ["final"])
FLAGS = Counter("copilot_flags", "Flags raised", ["category", "severity"])
SUGGESTIONS = Counter("copilot_suggestions", "Suggestions shown", ["kind", "drafted_by"])
ERRORS = Counter("copilot_errors", "Errors answered to clients", ["code"])
TO_ESCALATION = Histogram(
    "copilot_time_to_flag_seconds", "Start of the utterance to escalation opened", ["category"],
    buckets=_WAIT,
)  # fmt: skip
TO_ACKNOWLEDGE = Histogram(
    "copilot_time_to_acknowledge_seconds", "Start of the utterance to first answer",
    ["category", "level"], buckets=_WAIT,
)  # fmt: skip
TO_INTERVENTION = Histogram(
    "copilot_time_to_intervention_seconds", "Start of the utterance to clinician or hand-over",
    ["category", "level"], buckets=_WAIT,
)  # fmt: skip
WEBHOOKS = Counter("copilot_webhooks", "Webhooks attempted, by what became of them", ["outcome"])
WEBHOOKS_WAITING = Gauge("copilot_webhooks_waiting", "Webhooks not delivered yet")
WEBHOOKS_FAILED = Gauge("copilot_webhooks_failed", "Webhooks given up")
LIVE = Gauge("copilot_live_conversations", "Conversations open in this process")
CONNECTIONS = Gauge("copilot_connections", "Open websockets", ["path"])
ACK = Histogram("copilot_ack_seconds", "Segment received to acknowledged", buckets=_LATENCY)
TO_FLAG = Histogram("copilot_flag_seconds", "Segment received to flag sent", buckets=_LATENCY)
TO_SUGGESTION = Histogram(
    "copilot_suggestion_seconds", "Segment received to suggestion sent", buckets=_LATENCY
)
