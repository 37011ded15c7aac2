"""How pages look for somebody, and that it lasts."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role

# The size of a page's text, the lightness of its ground (0 to 255), and the look of the browser's
# own parts.
LOOK = """() => {
  const of = (selector) => getComputedStyle(document.querySelector(selector))
  const [red] = of("html").backgroundColor.match(/\\d+/g).map(Number)
  return { text: of("html").fontSize, ground: red, controls: of("html").colorScheme }
}"""

ERROR = "/not/there/"


def look(person, path: str) -> dict:
    person.go(path)
    return person.page.evaluate(LOOK)


@pytest.fixture
def chosen(person):
    """`chosen(role, choices)` is somebody who has saved these preferences and logged out."""

    def chosen(role, ticks=(), **choices):
        somebody = person(role)
        somebody.go("/profile/preferences/")
        for group, option in choices.items():
            somebody.choose(group.replace("_", " ").capitalize(), option)
        for name in ticks:
            somebody.tick(name)
        somebody.press("button", "Save")
        somebody.is_told("Your preferences are saved.")
        somebody.press("button", "Log out")
        expect(somebody.the("link", "Log in")).to_be_visible()
        return somebody

    return chosen


@pytest.fixture
def elsewhere(person):
    """`elsewhere(somebody)` is the same person at another browser."""

    def elsewhere(somebody):
        other = person()
        other.document = somebody.document
        other.log_in()
        return other

    return elsewhere


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["/", "/mflix/", ERROR])
def test_theme_and_text_size_come_along_to_another_browser(chosen, elsewhere, role, path):
    somebody = elsewhere(chosen(role, colours="Dark", text_size="Double"))
    seen = look(somebody, path)
    assert seen["text"] == "32px"
    assert seen["ground"] < 60
    assert seen["controls"] == "dark"


@pytest.mark.parametrize("path", ["/", "/login/", ERROR])
def test_theme_and_text_size_stay_on_the_device_after_logging_out(chosen, path):
    somebody = chosen(Role.CLIENTE, colours="Dark", text_size="Double")
    seen = look(somebody, path)
    assert seen["text"] == "32px"
    assert seen["ground"] < 60


@pytest.mark.parametrize("path", ["/", ERROR])
def test_high_contrast_comes_along_to_another_browser(chosen, elsewhere, path):
    somebody = elsewhere(chosen(Role.CLIENTE, colours="High contrast"))
    assert look(somebody, path)["ground"] == 0


def test_light_is_light_on_a_dark_device(person):
    somebody = person(options={"color_scheme": "dark"})
    assert look(somebody, "/display/")["ground"] < 60
    somebody.choose("Colours", "Light")
    somebody.press("button", "Save")
    somebody.is_told("Your preferences are saved.")
    assert look(somebody, "/")["ground"] > 200


def test_simple_mode_comes_along_to_another_browser(chosen, elsewhere):
    somebody = elsewhere(chosen(Role.CLIENTE, ticks=["Simple mode"]))
    expect(somebody.the("link", "My page")).to_be_visible()
    somebody.go("/profile/preferences/")
    expect(somebody.the("checkbox", "Simple mode")).to_be_checked()


def choose_simple_mode(somebody):
    somebody.go("/profile/preferences/")
    somebody.tick("Simple mode")
    somebody.press("button", "Save")
    somebody.is_told("Your preferences are saved.")


def test_simple_mode_has_one_column_and_bigger_buttons(person):
    somebody = person(Role.CLIENTE)
    height, columns = height_and_columns(somebody)
    choose_simple_mode(somebody)
    simple_height, simple_columns = height_and_columns(somebody)
    assert simple_height > height
    assert columns > simple_columns == 1


def height_and_columns(person) -> tuple[float, int]:
    """How high buttons are, and how many of the tasks at home are side by side."""
    person.go("/mflix/")
    height = person.the("button", "Search").bounding_box()["height"]
    person.go("/")
    main = person.page.get_by_role("main")
    names = map(person.name, ("My page…", "Text size and colours…"))
    places = [main.get_by_role("link", name=name).bounding_box() for name in names]
    return height, len({place["x"] for place in places})


def test_simple_mode_has_fewer_words(person):
    somebody = person(Role.CLIENTE)
    somebody.go("/profile/")
    about = "You can download everything stored about you, and you can delete your account."
    words = somebody.page.get_by_text(somebody.words(about))
    expect(words).to_be_visible()
    choose_simple_mode(somebody)
    somebody.go("/profile/")
    expect(words).to_be_hidden()


def test_simple_mode_is_narrow_also_on_a_wide_screen(person):
    somebody = person(Role.CLIENTE)
    choose_simple_mode(somebody)
    assert somebody.page.get_by_role("main").bounding_box()["width"] < 800


@pytest.mark.parametrize("path", ["/", "/mflix/", "/login/", "/display/"])
def test_nothing_moves_for_who_wants_less_motion(person, path):
    somebody = person(options={"reduced_motion": "reduce"})
    somebody.go(path)
    somebody.page.keyboard.press("Tab")
    for link in somebody.page.get_by_role("link").all()[:5]:
        link.hover()
        assert somebody.page.evaluate("document.getAnimations().length") == 0
