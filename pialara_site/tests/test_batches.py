"""Items in lists, and items made ahead."""

import threading

import pytest

from pialara_site.batches import ahead, batches


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])]
)
def test_batches_are_full_but_the_last(count, sizes):
    assert [len(batch) for batch in batches(range(count), 3)] == sizes


def test_items_made_ahead_are_the_same():
    assert list(ahead(range(5))) == [0, 1, 2, 3, 4]


def test_next_item_is_made_while_one_is_used():
    made = [threading.Event() for _ in range(3)]

    def items():
        for event in made:
            event.set()
            yield event

    using = ahead(items())
    next(using)
    assert made[1].wait(60)
    assert not made[2].is_set()
    using.close()


def test_error_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise KeyError

    found = ahead(items())
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(KeyError):
        next(found)
