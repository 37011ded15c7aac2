"""Emails that nobody types into a form, but that some of those who were imported have."""

import re

from django.core.validators import EmailValidator

# A part of what stands before the @
_ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9a-zA-Zà-åç-ïñ-öù-ýÿÀ-ÅÇ-ÏÑ-ÖÙ-Ý]+"


class ImportedEmail(EmailValidator):
    """As Django's, with accents before the @, as sample_mflix has them, and none after it.

    Not with just any letter: the collation takes a wide "a" for a plain one.
    """

    user_regex = re.compile(rf"{_ATOM}(\.{_ATOM})*\Z")

    def validate_domain_part(self, domain_part):
        return domain_part.isascii() and super().validate_domain_part(domain_part)
