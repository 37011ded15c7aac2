"""The administrator's reports: what there is, one as a page, one as a file."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import administrator_required
from pialara_site.spreadsheets import download
from pialara_site.turns import Turns

from ..reports import SECONDS, TooSlow
from ..tables import REPORTS, Report, Row

waiting = Turns(4)  # for a report, which takes longer than a page may


def report_or_404(name: str) -> Report:
    if name not in REPORTS:
        raise Http404("No such report")
    return REPORTS[name]


def _asked(report: Report, query) -> dict:
    """What the report is read with: the nearest sensible to what the URL says."""
    if report.form is None:
        return {}
    form = report.form(query)
    form.is_valid()  # it always is
    return form.cleaned_data


def _rows(report: Report, asked: dict) -> list[Row] | None:
    """None when it takes too long. Raises Busy."""
    try:
        with waiting.one():
            return report.read(**asked)
    except TooSlow:
        return None


def _page(request, name: str, asked: dict, rows: list[Row] | None):
    report = REPORTS[name]
    context = {
        "name": name,
        "report": report,
        "form": report.form and report.form(asked),
        "charts": report.draw(rows) if rows else [],
        "rows": rows and [(row, report.pairs(row)) for row in rows],
        "is_too_slow": rows is None,
        "seconds": SECONDS,
    }
    return render(request, "mflix/report.html", context)


@administrator_required
@require_safe
def index(request):
    return render(request, "mflix/reports.html", {"reports": REPORTS})


@administrator_required
@require_safe
def show(request, name):
    report = report_or_404(name)
    asked = _asked(report, request.GET)
    return _page(request, name, asked, _rows(report, asked))


@administrator_required
@require_safe
def export(request, name):
    """The report as a spreadsheet reads it; its page, which says so, when it takes too long."""
    report = report_or_404(name)
    asked = _asked(report, request.GET)
    rows = _rows(report, asked)
    if rows is None:
        return _page(request, name, asked, rows)
    return download(report.file_name, report.lines(rows))
