"""Within one portal: tells which pages it has, then answers on each what it is asked by a line of JSON."""

import importlib
import json
import logging
import sys
import time

import time_machine
from django.db import transaction
from django.test import Client, override_settings

from tests.benches.province.laying import tell
from tests.matrix.town import NOW


def main(bench: str, only: list[str]) -> None:
    """`bench` names a module beside this one with a class `Looks`; `only` texts, one of which stands in the name of
    each page that is looked at.
    """
    logging.disable()
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        looks = importlib.import_module(f"tests.benches.province.{bench}").Looks(only)
        tell(looks.pages)
        for line in sys.stdin:
            asked = json.loads(line)
            tell(looks.look(asked) if asked in looks.pages else getattr(looks, asked)())


def timed(client: Client, path: str) -> float:
    """Seconds of one look, which is undone. Ends the run when there is no page."""
    with time_machine.travel(NOW, tick=True), transaction.atomic():
        began = time.perf_counter()
        answer = client.get(path)
        spent = time.perf_counter() - began
        transaction.set_rollback(True)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return spent
