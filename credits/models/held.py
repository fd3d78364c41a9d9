"""What waits at the bureaus' desk."""

from credits.models.ledger import Claim


class HeldHours(Claim):
    """Hours that somebody doubts: reported, not counted, until the bureau of the person's place has looked at them."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "待核实学时"
