from django import template

register = template.Library()


@register.filter
def sorted_by(sort: str, field: str) -> str:
    """The value of aria-sort for the column `field` of a list sorted by `sort`."""
    if sort.removeprefix("-") != field:
        return "none"
    return "descending" if sort.startswith("-") else "ascending"


@register.filter
def toggled(sort: str, field: str) -> str:
    """The sort that a click on the heading of `field` asks for."""
    return f"-{field}" if sort == field else field


@register.filter
def get(mapping: dict, key):
    """mapping[key], or nothing."""
    return mapping.get(key, "")
