"""Words of certificates."""

from django.db.models import TextChoices


class CertificateState(TextChoices):
    """`INTENDED`: number reserved and content frozen, the signed sheet is still to be made."""

    INTENDED = "intended", "正在生成"
    ISSUED = "issued", "有效"
    SUPERSEDED = "superseded", "已被新证书替代"
    REVOKED = "revoked", "已撤销"
