"""Pictures that look alike have likenesses of few different bits (reliability T1)."""

import io
import random

import pytest
from PIL import Image, ImageDraw

from ceportal.kernel.rules.pictures import likeness

# Of 64 bits. Two pictures that have nothing in common differ in about 32.
ALIKE = 12


def sheet(seed: int) -> Image.Image:
    """Something like a certificate: a frame, lines of words, a seal, as chance has it."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (900, 640), (252, 250, 240))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 880, 620), outline=(120, 30, 30), width=chance.randint(3, 12))
    for _ in range(chance.randint(5, 12)):
        x, y = chance.randint(50, 500), chance.randint(60, 560)
        draw.rectangle((x, y, x + chance.randint(60, 350), y + chance.randint(8, 40)), fill=(40, 40, 40))
    x, y = chance.randint(450, 760), chance.randint(350, 520)
    draw.ellipse((x, y, x + 110, y + 110), outline=(200, 30, 30), width=14)
    return picture


def distance(one: Image.Image, other: Image.Image) -> int:
    return (int(likeness(one), 16) ^ int(likeness(other), 16)).bit_count()


def saved_anew(picture: Image.Image) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60)
    return Image.open(out)


CHANGES = {
    "saved anew": saved_anew,
    "smaller": lambda picture: picture.resize((450, 320)),
    "grey": lambda picture: picture.convert("L"),
    "brighter": lambda picture: picture.point(lambda value: min(255, int(value * 1.1))),
    "cut at the edges": lambda picture: picture.crop((9, 6, 891, 634)),
    "turned by one degree": lambda picture: picture.rotate(1, fillcolor=(252, 250, 240)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_scan_is_known_again(change: str) -> None:
    known = sum(distance(sheet(seed), CHANGES[change](sheet(seed))) <= ALIKE for seed in range(100))
    assert known >= 95


def test_another_scan_is_another() -> None:
    sheets = [sheet(seed) for seed in range(40)]
    apart = [distance(one, other) > ALIKE for at, one in enumerate(sheets) for other in sheets[:at]]
    assert sum(apart) >= 0.95 * len(apart)


def test_it_is_sixteen_digits_of_any_picture() -> None:
    for picture in (Image.new("RGB", (1, 1)), Image.new("L", (5000, 3), 255), sheet(1)):
        assert len(likeness(picture)) == 16
        int(likeness(picture), 16)
