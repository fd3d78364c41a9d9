"""What our templates name, and what the content security policy will not run."""

import re

_URL = re.compile(r"""{%\s*url\s+["']([\w:]+)["']""")
_OTHER = re.compile(r"""{%\s*(?:extends|include)\s+["']([\w/.-]+)["']""")
_COMMENT = re.compile(r"{%\s*comment.*?%}.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", re.S)
_ELEMENT = re.compile(r"<([a-zA-Z][\w-]*)((?:[^<>\"'{]|\"[^\"]*\"|'[^']*'|{%.*?%}|{{.*?}})*)>", re.S)
_INLINE = re.compile(r"(?:^|\s)(style|on[a-z]+)\s*=", re.I)
_DATA_SCRIPT = re.compile(r"type=[\"']application/(?:ld\+)?json[\"']")


def urls_named(text: str) -> set[str]:
    return set(_URL.findall(text))


def templates_named(text: str) -> set[str]:
    """Templates that a template extends or includes."""
    return set(_OTHER.findall(text))


def inline_code(text: str) -> list[str]:
    """Inline scripts, style attributes, event handlers and script addresses: the policy forbids all of them."""
    found = []
    for name, attributes in _ELEMENT.findall(_COMMENT.sub("", text)):
        outside = re.sub(r"{%.*?%}|{{.*?}}", "", attributes, flags=re.S)
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", '""', outside)
        if name.lower() == "script" and "src=" not in bare and not _DATA_SCRIPT.search(attributes):
            found.append("<script> without src")
        if name.lower() == "style":
            found.append("<style>")
        found += [f"<{name} {word}=>" for word in _INLINE.findall(bare)]
        if "javascript:" in attributes.lower():
            found.append(f"<{name}> with a script address")
    return found
