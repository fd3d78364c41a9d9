"""What it is called when nothing can be signed."""


class SigningKeyMissing(Exception):
    """There is no usable key, or its module or timestamp authority does not answer: sheets wait, nothing unsigned is
    published (X23).
    """
