"""The facts that come with the portal: YAML files beside the code that loads them."""

from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    """By the parser written in C: seven times as fast, and a start reads twenty-five files."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
