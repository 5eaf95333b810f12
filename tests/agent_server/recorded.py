"""The recorded traffic of a real server, where it is at hand."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PARLEY_RECORDED") or _ROOT.parent / "shared" / "recorded")


@cache
def scenarios() -> dict[str, Any]:
    files = sorted((FOLDER / "agent-server").glob("*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def parameters(found: list[Any], ids: list[str]) -> Any:
    """One parameter each, or a visible skip."""
    if found:
        return [pytest.param(item, id=name) for item, name in zip(found, ids, strict=True)]
    reason = f"no recorded traffic in {FOLDER.name}: set PARLEY_RECORDED"
    return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
