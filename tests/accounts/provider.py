"""A provider of identities on this machine: discovery, one key, codes that are good once, PKCE held to."""

import base64
import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

CLIENT, SECRET = "ceportal", "known to both"
KEY = JWK.generate(kty="RSA", size=2048, kid="2026", use="sig")


class Provider:
    """`people` maps who may sign in there to their claims. Whatever a test sets in `lies` stands in the next token;
    `signs_with` and `header` are how it is signed; `visitor` is who a browser that comes by has signed in as.
    """

    def __init__(self) -> None:
        self.signs_with, self.header = KEY, {"alg": "RS256", "kid": "2026"}
        self.people: dict[str, dict[str, Any]] = {}
        self.lies: dict[str, Any] = {}
        self.says: dict[str, Any] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.visitor = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def sign_in(self, address: str, who: str) -> str:
        """What a person does there, sent by `address`: the address they are sent back to, with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked | {"who": who}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, fields: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """None for a code that is not good, another redirect, a wrong verifier or an unknown client."""
        asked = self.codes.pop(fields.get("code", ""), None)
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        pair = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        if asked is None or challenge != asked["code_challenge"] or fields["redirect_uri"] != asked["redirect_uri"]:
            return None
        if authorization != f"Basic {pair}":
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": asked["who"], "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **self.people[asked["who"]], **self.lies,
        }  # fmt: skip
        return {"id_token": self._signed(claims), "access_token": f"of {asked['who']}", "token_type": "Bearer"}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            parts = (json.dumps(self.header), json.dumps(claims), "")
            return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
        token = JWS(json.dumps(claims))
        token.add_signature(self.signs_with, protected=json.dumps(self.header))
        return str(token.serialize(compact=True))

    def answer(self, path: str, fields: dict[str, str], authorization: str) -> Any:
        if path == "/.well-known/openid-configuration":
            pages = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
            return {
                "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys",
                **{name: f"{self.issuer}/{name.partition('_')[0]}" for name in pages}, **self.says,
            }  # fmt: skip
        if path == "/keys":
            return {"keys": [json.loads(KEY.export_public())]}
        if path == "/token":
            return self.token(fields, authorization)
        if path == "/userinfo":
            who = authorization.removeprefix("Bearer of ")
            return {"sub": who, "id_card": self.people[who].get("_id_card")}
        return None


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorization?"):
                return self._send_back()
            return self._answer({})

        def _send_back(self) -> None:
            """As its page does for a browser in which `visitor` has signed in there already."""
            self.send_response(302)
            self.send_header("Location", provider.sign_in(self.path, provider.visitor))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, fields: dict[str, str]) -> None:
            provider.asked.append(self.path)
            said = provider.answer(self.path, fields, self.headers.get("Authorization", ""))
            body = json.dumps(said or {"error": "invalid_grant"}).encode()
            self.send_response(200 if said else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
