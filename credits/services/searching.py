"""Noting up to which version a declaration was searched for signs of fraud: what was found is the affair downstream."""

from credits.models import Declaration


def mark_searched(declaration: Declaration) -> bool:
    """True when the version as it was read has not moved on, and is marked."""
    rows = Declaration.objects.filter(pk=declaration.pk, version=declaration.version)
    return rows.update(searched_version=declaration.version) == 1
