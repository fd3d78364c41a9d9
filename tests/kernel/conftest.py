"""Who hands in files."""

import pytest

from accounts.models import User
from tests import factories as make


@pytest.fixture
def owner(db: None) -> User:
    return make.user("上传人")
