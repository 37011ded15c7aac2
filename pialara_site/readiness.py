"""The readiness collection: one document, which every check of health.py writes anew."""

from .mongo import pialara

readiness = pialara.readiness

INDEXES = []
