"""The town of the matrix, built once for its module."""

from tests.matrix.town import built, town

__all__ = ["built", "town"]
