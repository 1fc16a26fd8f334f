"""What a desk that is started now would decide by, and where each number comes from."""

import os
import sys
from itertools import groupby

from console.commands import exits
from console.commands.tables import aligned, as_json
from console.folders import StateFolder
from console.settings import Settings, Value, read_settings
from console.settings_sources import BadSettings


async def show(folder: StateFolder, *, wants_json: bool) -> int:
    """Print every setting; say which word to mend when one is wrong."""
    try:
        settings = read_settings(folder, os.environ)
    except BadSettings as trouble:
        print(f"killcord settings: {trouble}", file=sys.stderr)
        return exits.FAILED
    print(as_json([_facts(value) for value in settings.values]) if wants_json else _words(settings))
    return exits.DONE


def _facts(value: Value) -> dict[str, object]:
    setting = value.setting
    return {
        "name": setting.path,
        "value": value.value,
        "default": setting.default,
        "range": setting.range,
        "source": value.source,
        "variable": setting.variable,
        "doc": setting.doc,
    }


def _words(settings: Settings) -> str:
    parts = ["Looked for in, the later counts: " + ", ".join(map(str, settings.files))]
    for section, values in groupby(settings.values, lambda value: value.setting.section):
        rows = [
            (one.setting.name, _plain(one.value), one.setting.range, one.source) for one in values
        ]
        parts.append(f"[{section}]\n{aligned(('name', 'value', 'may be', 'from'), rows)}")
    return "\n\n".join(parts)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
