"""Words of certificates."""

from django.db.models import TextChoices


class CertificateState(TextChoices):
    """`INTENDED`: number reserved and content frozen, the signed sheet is still to be made."""

    INTENDED = "intended", "正在生成"
    ISSUED = "issued", "有效"
    SUPERSEDED = "superseded", "已被新证书替代"
    REVOKED = "revoked", "已撤销"


class Standing(TextChoices):
    """What a certificate that was published is worth now. `DISPUTED`: its row is not what the trail was told."""

    VALID = "valid", "有效"
    UNDER_REVIEW = "under_review", "正在复核"
    SUPERSEDED = "superseded", "已被新证书替代"
    REVOKED = "revoked", "已撤销"
    DISPUTED = "disputed", "登记有出入，正在核查"


class PaperKind(TextChoices):
    """What a signed paper is. The label stands in what is signed (as its reason), so no label ever changes."""

    CERTIFICATE = "certificate", "年度证书"
    LETTER = "letter", "公文"
    FILING = "filing", "备案表"


class CheckRefusal(TextChoices):
    """Why a look-up led to nothing."""

    NO_MATCH = "no_match", "查无此证"
    FILE = "file", "文件不是签发的原件"
    TOO_MANY = "too_many", "查验过于频繁"


class SuspicionFinding(TextChoices):
    """What a bureau found about a certificate that somebody did not believe."""

    FORGED = "forged", "属于伪造、变造"
    MISUSED = "misused", "被他人冒用"
    SOUND = "sound", "证书没有问题"
    UNCLEAR = "unclear", "线索不足，无法核实"


class FileVerdict(TextChoices):
    """What an uploaded file is. `OTHER_PAPER`: signed by us and whole, but no certificate (公文, 备案表).
    `UNREGISTERED`: a certificate by its signature that no row leads to. `DISPUTED`: its row is not what was issued.
    """

    ISSUED = "issued", "与签发时完全一致"
    UNREGISTERED = "unregistered", "签名有效，但登记里没有这份证书"
    DISPUTED = "disputed", "登记有出入，正在核查"
    OTHER_PAPER = "other_paper", "签名有效，但不是年度证书"
    CHANGED = "changed", "签名对不上：文件被改动过，或不是本平台签的"
    NOT_OURS = "not_ours", "不是本平台签发的文件"
