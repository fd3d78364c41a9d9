"""In which role somebody acts, as the trail says it: 审核学时（某某中学）."""

from collections.abc import Iterable

OF_A_PROFESSIONAL = "专业技术人员"
# Of who holds no duty and acts on what is their own.
OF_ONESELF = "本人"


def role_in_words(held: Iterable[tuple[str, str]]) -> str:
    """Of duties and the names of the units they are held at; nothing for none."""
    units: dict[str, list[str]] = {}
    for duty, unit in held:
        units.setdefault(unit, []).append(duty)
    return "；".join(f"{'、'.join(duties)}（{unit}）" for unit, duties in units.items())
