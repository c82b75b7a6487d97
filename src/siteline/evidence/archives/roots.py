"""The root certificates that browsers and systems trust, for the certificates of domains."""

from __future__ import annotations

import ssl
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


@lru_cache(maxsize=1)
def _read() -> tuple[Certificate, ...]:
    import certifi
    from cryptography import x509

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some old roots have odd serial numbers
        for raw in context.get_ca_certs(binary_form=True):
            try:
                found.append(x509.load_der_x509_certificate(raw))
            except ValueError:
                continue
    return tuple(dict.fromkeys(found))


def web_roots() -> list[Certificate]:
    """Those of the certifi package and of this system."""
    return list(_read())
