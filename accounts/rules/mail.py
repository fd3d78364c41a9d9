"""Mail addresses as they are kept and shown."""


def tidy_mail(address: str) -> str:
    """The part after @ means the same in capitals."""
    name, _, domain = address.strip().rpartition("@")
    return f"{name}@{domain.lower()}"


def mask_mail(address: str) -> str:
    """zh***@example.com."""
    name, _, domain = address.rpartition("@")
    return f"{name[:2] if len(name) > 2 else name[:1]}***@{domain}"
