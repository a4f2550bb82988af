"""What everybody does on the pages, done with a keyboard alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.hall.browser import Person
from tests.hub.web import keyboard

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


RIGHT = "<style>:focus-visible { outline: 3px solid #a60 }</style><a href='#x'>link</a>"
UNMARKED, UNREACHED = "not seen to be chosen: button b", "not reached: button b"
WRONG = {
    "<style>* { outline: none !important }</style><button>b</button>": UNMARKED,
    "<style>:focus { outline: 3px solid #ffe !important }</style><button>b</button>": UNMARKED,
    "<p style='cursor: pointer'>p</p>": "looks as if it did something: p p",
    "<button tabindex=-1>b</button>": UNREACHED,
    "<div role=button>d</div>": "not reached: div d",
    "<p>p</p><script>document.querySelector('p').addEventListener('click', () => 0)</script>": (
        "for a mouse alone: p p"
    ),
    "<input onkeydown='event.preventDefault()'><button>b</button>": UNREACHED,
    "<input type=radio name=r><input type=radio name=r><button>b</button>": None,
    "<details><summary>s</summary><button>b</button></details>": None,
}


def test_what_no_keyboard_reaches_or_nobody_sees_is_found(browser: Browser, tmp_path: Path) -> None:
    page = Person(browser, "nobody", tmp_path).context.new_page()
    keyboard.watch(page)
    for markup, wanted in WRONG.items():
        page.goto("data:text/html," + quote(RIGHT + markup))
        found = keyboard.wrong(page)
        assert (wanted in found) if wanted else (found == []), (markup, found)
