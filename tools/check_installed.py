"""Check the installed size of the base package with everything that it depends on.

python tools/check_installed.py ENVIRONMENT_WITHOUT_PIP
"""

import sys
from pathlib import Path

INSTALLED_MEGABYTES_MAX = 280
"""The promise to small machines, with Python itself left out and compiled files counted."""


def main(environment: Path) -> None:
    """Print the size, or exit with it when it is over the bound."""
    size = sum(
        path.stat().st_size
        for folder in ("lib", "Lib")
        for path in (environment / folder).rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    megabytes = size / 1_000_000
    if megabytes > INSTALLED_MEGABYTES_MAX:
        sys.exit(f"installed: {megabytes:.0f} MB; the bound is {INSTALLED_MEGABYTES_MAX} MB")
    print(f"installed ok: {megabytes:.0f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
