"""Which emails people may have."""

import re

from django.core.validators import EmailValidator

# A part of what stands before the @
_ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9a-zà-åç-ïñ-öù-ýÿ]+"


class Email(EmailValidator):
    """As Django's, with accents before the @, as sample_mflix has them.

    Not with just any letter: the collation takes a wide "a" for a plain one.
    """

    user_regex = re.compile(rf"{_ATOM}(\.{_ATOM})*\Z", re.IGNORECASE)
