"""Of what `manage.py doctor` asks: what carries mail and texts, the provider of identities, the virus scanner and the
bucket that keeps files.
"""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from smtplib import SMTPAuthenticationError
from ssl import SSLCertVerificationError
from uuid import uuid4

from django.conf import settings
from django.core.mail import get_connection

from accounts.rules.outside import provider_of
from accounts.services.gateways import GatewayAway, gateway
from accounts.services.outside import described
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.outgoing import NotCalled
from ceportal.kernel.services.scanning import NotScanned, ScannerAway, scanner
from ceportal.kernel.shelves.kinds import SHELVES, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.rules.readiness import Finding

PROVIDER = "统一身份认证"
SCANNER = "病毒检查"
_SMALL = b"manage.py doctor"


def mail(now: datetime) -> Iterator[Finding]:
    """Signs in at the mail server and sends nothing; `doctor --send-test-mail` sends one letter."""
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend != "smtp":
        yield Finding("邮件", f"写在本机（{backend}），没有真正发出", "设置 EMAIL_HOST（邮件服务器）")
        return
    if settings.DEFAULT_FROM_EMAIL == settings.NOBODYS_ADDRESS:
        yield Finding(
            "发件人", f"还是 {settings.NOBODYS_ADDRESS}，多数服务器会拒收", "设置 DEFAULT_FROM_EMAIL", is_missing=True
        )
    try:
        with get_connection(timeout=5):
            yield Finding("邮件", "邮件服务器已应答；用 doctor --send-test-mail 试发一封")
    except SMTPAuthenticationError:
        remedy = "检查 EMAIL_HOST_USER 和 EMAIL_HOST_PASSWORD"
        yield Finding("邮件", "邮件服务器不接受用户名或密码", remedy, is_missing=True)
    except SSLCertVerificationError:
        remedy = "EMAIL_HOST 要与证书上的名字一致；自建的证书要让系统信任"
        yield Finding("邮件", "邮件服务器的证书不被信任", remedy, is_missing=True)
    except OSError as error:
        remedy = "检查 EMAIL_HOST、EMAIL_PORT 和 EMAIL_SECURITY（starttls、tls 或 none）"
        yield Finding("邮件", f"邮件服务器没有应答（{type(error).__name__}）", remedy, is_missing=True)


def texts(now: datetime) -> Iterator[Finding]:
    """Asks the gateway and sends nothing; `doctor --send-test-sms` sends one."""
    name = settings.SMS_GATEWAY
    if name == "local":
        remedy = "接入短信网关（SMS_GATEWAY=http），或设为 none"
        yield Finding("短信", "写在本机，没有真正发出", remedy, is_missing=not settings.DEMO)
        return
    if name == "none":
        remedy = "接入短信网关（SMS_GATEWAY=http）：找回密码的验证码只到邮箱，没有邮箱的人收不到提醒"
        yield Finding("短信", "不发短信", remedy)
        return
    try:
        gateway().probe()
    except GatewayAway as error:
        remedy = "检查 SMS_GATEWAY_URL；网关在内网时把网段加进 OUTGOING_NETWORKS，自建的证书要让系统信任"
        yield Finding("短信", f"短信网关没有应答（{error}）", remedy, is_missing=True)
    except OSError as error:
        remedy = "检查 SMS_GATEWAY_TOKEN 和网关的白名单；5 开头的状态是网关自己的故障"
        yield Finding("短信", f"短信网关不接受（{error}）", remedy, is_missing=True)
    else:
        yield Finding("短信", "短信网关已应答；用 doctor --send-test-sms 试发一条")


def identity(now: datetime) -> Iterator[Finding]:
    """Asks the provider what it says of itself, through the guarded door, and signs nobody in."""
    if not settings.OIDC_ISSUER:
        return
    if not settings.OIDC_CLIENT_ID:
        remedy = "设为提供方登记本平台的编号"
        yield Finding(PROVIDER, "没有设置 OIDC_CLIENT_ID，提供方不认识本平台", remedy, is_missing=True)
    if not settings.OIDC_NUMBER_CLAIM:
        text = "没有设置 OIDC_NUMBER_CLAIM，第一次从那里来的人谁也登录不了"
        yield Finding(PROVIDER, text, "设为提供方给出身份证号码的声明（claim）的名字", is_missing=True)
    yield _of_provider()


def _of_provider() -> Finding:
    try:
        said = described()
    except Refused as refused:
        cause = refused.__cause__
        why = cause.reason.message.rstrip("。") if isinstance(cause, NotCalled) else "应答不是 200 的 JSON"
        remedy = "检查 OIDC_ISSUER；提供方在内网时把网段加进 OUTGOING_NETWORKS，自建的证书要让系统信任"
        return Finding(PROVIDER, f"提供方没有给出自己的说明（{why}）", remedy, is_missing=True)
    if said.get("issuer") != settings.OIDC_ISSUER:
        remedy = "OIDC_ISSUER 要和它一字不差，末尾的斜杠也算"
        return Finding(PROVIDER, f"提供方自称 {said.get('issuer')!r:.120}", remedy, is_missing=True)
    if provider_of(said, settings.OIDC_ISSUER) is None:
        remedy = "请提供方给出 authorization_endpoint、token_endpoint 和 jwks_uri，都用 https"
        return Finding(PROVIDER, "提供方的说明缺少地址，或地址没有加密", remedy, is_missing=True)
    return Finding(PROVIDER, "提供方已应答，名称一致；请再从登录页试一次")


def virus_scanner(now: datetime) -> Iterator[Finding]:
    """Has it look at a few harmless bytes, as it looks at every file."""
    asked = scanner()
    if asked is None:
        yield Finding(SCANNER, "没有设置，上传的文件不查病毒", "需要时安装 clamd，设置 CLAMD_SOCKET")
        return
    try:
        found = asked.finds(BytesIO(_SMALL))
    except ScannerAway as away:
        remedy = "检查 CLAMD_SOCKET 和 clamd 服务；没有应答时上传的文件都在等待，谁也看不到"
        yield Finding(SCANNER, f"没有应答（{away}）", remedy, is_missing=True)
    except NotScanned as why:
        yield Finding(SCANNER, f"有应答，但没有检查（{why!s:.60}）", "看 clamd 的日志", is_missing=True)
    else:
        text = f"把无害的内容报成 {found}" if found else "病毒检查已应答"
        yield Finding(SCANNER, text, "检查 clamd 的病毒库" if found else "", is_missing=bool(found))


def files(now: datetime) -> Iterator[Finding]:
    """A small object is written, read and removed below each of the portal's folders in the bucket."""
    if not settings.FILES_BUCKET:
        return
    remedy = "检查 FILES_BUCKET、FILES_ENDPOINT 和两个密钥的权限（写、读、删、列）"
    for name in SHELVES:
        try:
            what = _not_kept(name)
        except OSError as error:
            cause = error.__cause__ or error
            said = getattr(cause, "response", {}).get("Error", {}).get("Code") or type(cause).__name__
            what = f"不能读写（{said}）"
        if what:
            yield Finding("文件存储", f"{settings.FILES_BUCKET}/{name} {what}", remedy, is_missing=True)
            return
    yield Finding("文件存储", f"{settings.FILES_BUCKET} 能写、能读、能删")


def _not_kept(name: str) -> str:
    """What is wrong with it, in words. Below `00`, where the portal's own sweep would find what is left."""
    shelf, key = shelf_named(name), f"00/doctor-{uuid4().hex}"
    shelf.put(key, _SMALL)
    try:
        came_back = read(shelf, key)
    finally:
        shelf.drop(key)
    if came_back != _SMALL:
        return "读回的内容不对"
    return "删不掉" if shelf.has(key) else ""
