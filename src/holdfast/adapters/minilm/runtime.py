"""onnxruntime, told to keep to itself before it is loaded.

Since 1.29 its official builds write a device id and a database below the user's cache folder and
report sessions to a Microsoft collector, on Linux and macOS too. Only this variable, set before the
first import, prevents both: ``disable_telemetry_events()`` comes too late, the id and a first
event exist by then. It is called all the same, for a process that had loaded onnxruntime before.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime"]
