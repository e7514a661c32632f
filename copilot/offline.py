"""Nothing leaves the machine by itself: switches off the telemetry and hub look-ups of libraries.

Called before any of them is imported. LangSmith stays on only where an operator set it knowingly.
"""

import os

_OFF = {
    "ANONYMIZED_TELEMETRY": "False",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "OTEL_SDK_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
}
_OFF_UNLESS_SET = {"LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false"}


def stay_offline() -> None:
    """Sets the environment of this process so that no library reports or downloads anything."""
    os.environ.update(_OFF)
    for name, value in _OFF_UNLESS_SET.items():
        os.environ.setdefault(name, value)
