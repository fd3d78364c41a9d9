"""Every kind of honest scan is taken, whoever's machine made it. Five hundred, and how long: `make bench-uploads`."""

import io

import pytest
from PIL import Image

from accounts.models import User
from ceportal.kernel.rules.files import Kind
from ceportal.kernel.services.files import open_file
from tests.kernel.keeping import keep
from tests.kernel.scans import KINDS, scan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", range(len(KINDS)), ids=list(KINDS))
def test_it_is_taken_and_shown(number: int, owner: User) -> None:
    made = scan(number)
    stored = keep(made.data, owner, name=made.name, claimed=made.claimed)
    with open_file(stored) as shown:
        data = shown.read()
    if stored.content_type == Kind.PDF:
        assert data == made.data
        return
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert not picture.getexif()


def test_no_two_are_the_same() -> None:
    few = [number * len(KINDS) + 8 for number in range(5)]
    assert len({scan(number).data for number in few}) == 5
    assert {scan(number).kind for number in few} == {"office pdf"}
