"""How a new second factor is shown: as a picture for the app, and as text for whoever cannot scan it."""

from typing import Any

import segno

from accounts.models import User
from accounts.rules.totp import app_address, in_groups

ISSUER = "继续教育学时"


def set_up_facts(user: User, secret: str) -> dict[str, Any]:
    """The QR code stands in the page itself: the secret is in no address and in no other request."""
    address = app_address(secret, label=f"{user.name} {user.phone_mask}".strip(), issuer=ISSUER)
    picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=2, dark="#1c1a17", light="#fff")
    return {"qr": picture, "secret": in_groups(secret), "app_href": address}
