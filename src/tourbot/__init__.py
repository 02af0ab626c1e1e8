"""tourbot: cited answers over French event and programme documents."""

import os
from importlib.metadata import version

__version__ = version("tourbot")

# None of the libraries may phone home. This stands where it runs before any of them is imported:
# ONNX Runtime sends its first event, and writes a device number, while it is being loaded.
for _refusal in (
    "ORT_DISABLE_TELEMETRY",
    "HF_HUB_DISABLE_TELEMETRY",
    "DO_NOT_TRACK",
):
    os.environ[_refusal] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
