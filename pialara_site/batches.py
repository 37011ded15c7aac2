from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from django.utils import translation

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, each made in another thread while the one before it is used.

    What that thread says is in this one's language.
    """
    rest, end = iter(items), object()
    language = translation.get_language()
    with ThreadPoolExecutor(1, initializer=translation.activate, initargs=[language]) as maker:
        coming = maker.submit(next, rest, end)
        while (item := coming.result()) is not end:
            coming = maker.submit(next, rest, end)
            yield item
