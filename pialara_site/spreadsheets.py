"""Tables as downloads that every spreadsheet opens."""

import csv
import logging
from collections.abc import Iterable
from itertools import chain, islice

from bson.errors import BSONError
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from pymongo.errors import PyMongoError

from .streams import Stream

logger = logging.getLogger(__name__)

# A spreadsheet runs what starts with one of these, the wide ones too.
FORMULA = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")


def defused(cell) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text


class _Echo:
    """A file for csv.writer whose write() hands the line back."""

    def write(self, line):
        return line


def download(name: str, rows: Iterable[Iterable]) -> StreamingHttpResponse:
    """The rows as a CSV file of that name, sent while they are read.

    The first is read before, so that an error of the database is a page and no broken file. Of a
    later one, the last line of the file tells.
    """
    rows = iter(rows)
    first = list(islice(rows, 1))
    incomplete = _("This table is not complete. Please download it again.")
    # All in quotes, as some spreadsheets part cells at other signs than the comma.
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)

    def lines():
        yield "\N{BYTE ORDER MARK}"  # by this spreadsheets know UTF-8
        try:
            for row in chain(first, rows):
                yield writer.writerow(map(defused, row))
        except (PyMongoError, BSONError) as error:
            logger.warning("A download is not complete: %s", type(error).__name__)
            yield writer.writerow([incomplete])

    response = StreamingHttpResponse(Stream(lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
