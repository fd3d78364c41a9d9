"""Certificates of this portal that are handed in as evidence: whether they are what they say (S3-10, T2)."""

import hashlib

from accounts.models import Professional
from certificates.selectors import published_file
from certificates.services.checking import SIGNED, judged
from certificates.services.sealing import trusted_certificates


def what_is_wrong(pdf: bytes, holder: Professional) -> str:
    """What about a paper of ours is not right, to follow its name; empty for whatever is right or not ours.

    A signature that names us must be our own, over the whole file; what was issued must be the holder's. Raises
    `SigningKeyMissing` where there is no key to judge by.
    """
    issued = published_file(hashlib.sha256(pdf).hexdigest())
    if issued is not None:
        theirs = {issued.professional_id, issued.professional.merged_into_id} & {holder.pk, holder.merged_into_id}
        return "" if theirs - {None} else "是本平台签发给另一人员的证书。"
    if SIGNED not in pdf:
        return ""
    finding = judged(pdf, trusted_certificates())
    if finding.names_us and not finding.is_genuine:
        return "带有本平台的电子签名，但内容被改动过，不是原件。"
    return ""
