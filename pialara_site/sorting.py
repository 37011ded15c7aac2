"""What a list is sorted by, as its address says it: a field, "-" before it for descending."""


def sort_of(wanted: str, fields, default: str) -> str:
    """`wanted` if it is one of `fields`, or one with "-" before it, else `default`."""
    return wanted if wanted.removeprefix("-") in fields else default


def sorted_by(sort: str, field: str) -> str:
    """The value of aria-sort for the column `field` of a list sorted by `sort`."""
    if sort.removeprefix("-") != field:
        return "none"
    return "descending" if sort.startswith("-") else "ascending"


def toggled(sort: str, field: str) -> str:
    """The sort that a click on the heading of `field` asks for."""
    return f"-{field}" if sort == field else field
