"""Conversations from files: read piece by piece, added in batches, the same file twice adds nothing."""

from holdfast.importers.formats import Format, detect
from holdfast.importers.importing import Defaults, Preview, Report, import_file, preview_file

__all__ = ["Defaults", "Format", "Preview", "Report", "detect", "import_file", "preview_file"]
