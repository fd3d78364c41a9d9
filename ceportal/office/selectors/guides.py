"""The guides of help: what each role does first, step by step, with a picture of the very page."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ceportal.kernel.selectors.data_files import read_yaml

# Width and height of the pictures, which are those of the window they are taken in.
DESK, PHONE = (1000, 640), (390, 640)
GUIDES = Path(__file__).parent.parent / "help" / "guides.yaml"


@dataclass(frozen=True)
class Step:
    """`url_name` is the page it is about; its picture is taken after the links found by `follow` were clicked."""

    key: str
    title: str
    words: str
    url_name: str
    picture: str
    phone_picture: str
    follow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """`role` names the user of the demo by whom the pictures are taken, empty where nobody signs in."""

    key: str
    title: str
    about: str
    role: str
    steps: tuple[Step, ...]


@cache
def guides() -> tuple[Guide, ...]:
    """From our own file: it changes with a release only."""
    return tuple(
        Guide(key=raw["key"], title=raw["title"], about=raw["about"], role=raw["role"], steps=_steps(raw))
        for raw in read_yaml(GUIDES)
    )


def _steps(guide: dict[str, Any]) -> tuple[Step, ...]:
    return tuple(
        Step(
            key=raw["key"],
            title=raw["title"],
            words=raw["words"],
            url_name=raw["open"],
            picture=f"office/help/{guide['key']}-{raw['key']}.webp",
            phone_picture=f"office/help/{guide['key']}-{raw['key']}-phone.webp",
            follow=tuple(raw.get("follow", ())),
        )
        for raw in guide["steps"]
    )
