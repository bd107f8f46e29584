"""Work that is asked for with a button: what is on the page before, after, and where it fails."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.ui.inside.moment import SHOWN, STEP


@pytest.fixture
def page() -> Iterator[AppTest]:
    st.cache_resource.clear()
    yield AppTest.from_function(script, default_timeout=30).run()
    st.cache_resource.clear()


def script() -> None:
    from collections.abc import Generator

    import streamlit as st

    from cnnviz.ui.guard import guard
    from cnnviz.ui.inside.work import work

    def task() -> Generator[float, None, str]:
        yield 0.5
        if st.session_state.get("fails"):
            raise ValueError("It cannot be done.")
        return "done"

    with guard():
        st.markdown(f"Result: {work('key', 'Do it', task(), name='go')}")


def buttons(page: AppTest) -> list[str]:
    return [one.label for one in page.button]


def test_nothing_is_done_before_the_button_is_pressed(page: AppTest) -> None:
    assert buttons(page) == ["Do it"] and page.markdown[0].value == "Result: None"


def test_the_result_stays_and_so_does_the_step_it_is_of(page: AppTest) -> None:
    page.session_state[SHOWN] = 7
    page.button("go").click().run()
    for _ in range(2):
        assert not buttons(page) and page.markdown[0].value == "Result: done"
        assert page.session_state[STEP] == 7
        page.run()


def test_what_fails_leaves_no_bar_behind_and_can_be_asked_for_again(page: AppTest) -> None:
    page.session_state["fails"] = True
    page.button("go").click().run()
    assert not buttons(page) and page.error[0].value == "It cannot be done."
    page.session_state["fails"] = False
    page.run().button("go").click().run()
    assert page.markdown[0].value == "Result: done"
