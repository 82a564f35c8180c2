"""Check that the built documentation loads nothing from another host, so that it works offline.

python tools/check_site.py DIRECTORY
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LOADED_ELEMENT = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio)\b[^>]*?\s(?:src|href)=["']?
        (?P<address>(?:https?:)?//[^"'\s>]+)[^>]*>""",
    re.VERBOSE | re.IGNORECASE,
)
LOADED_STYLE = re.compile(
    r"""(?:url\(|@import\s)\s*["']?(?P<address>(?:https?:)?//[^"')\s]+)""", re.IGNORECASE
)
NAMED_ONLY = re.compile(r"""\srel=["']?(?:canonical|prev|next|edit)\b""")
"""Links that say where a page belongs; a browser does not load them."""


def main(site: Path) -> None:
    """Exit with every address that a page would load from elsewhere, if there is one."""
    found = sorted({f"{path.relative_to(site)}: {address}" for path, address in loads(site)})
    if found:
        sys.exit("\n".join(["The site loads from other hosts:", *found]))


def loads(site: Path) -> Iterator[tuple[Path, str]]:
    """Every file with an address outside the site that a browser loads while it shows the file."""
    for path in sorted(site.rglob("*")):
        if path.suffix not in {".html", ".css"}:
            continue
        text = path.read_text(encoding="utf-8")
        elements = LOADED_ELEMENT.finditer(text) if path.suffix == ".html" else ()
        for match in (*elements, *LOADED_STYLE.finditer(text)):
            if not NAMED_ONLY.search(match[0]):
                yield path, match["address"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
