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
# LangSmith reads the first of these that is set, in this order
_TRACING = (
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING_V2",
    "LANGSMITH_TRACING",
    "LANGCHAIN_TRACING",
)


def stay_offline() -> None:
    """Sets the environment of this process so that no library reports or downloads anything."""
    os.environ.update(_OFF)
    if not any(os.environ.get(name) for name in _TRACING):
        os.environ[_TRACING[0]] = "false"
