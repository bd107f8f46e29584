"""The card: a wrong answer helps on, a right one shows the arithmetic."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.lab.card import Answer, Question, mark

SIZE = Question(
    "How high and how wide is the output?",
    (Answer("Height", 24.0, slips={28.0: "That is the input."}), Answer("Width", 0.5, 0.01)),
    "Count the places where the window can start.",
    "28 − 5 + 1 = 24.",
)


@pytest.mark.parametrize(
    ("typed", "right", "words"),
    [
        ([24.0, 0.505], True, "**24, 0.505** is right. 28 − 5 + 1 = 24."),
        (
            [28.0, 0.5],
            False,
            "Height: **28** is not it. That is the input. "
            "Count the places where the window can start.",
        ),
        (
            [1e9, -1.0],
            False,
            "Height: **1,000,000,000** is not it. Width: **−1** is not it. "
            "Count the places where the window can start.",
        ),
        ([None, 0.5], False, "Type a number first, then check it."),
    ],
)
def test_answers_are_marked(typed: list[float | None], right: bool, words: str) -> None:
    verdict = mark(SIZE, typed)
    assert (verdict.right, verdict.words) == (right, words)


def show(size: int) -> None:
    import streamlit as st

    from cnnviz.ui.lab.card import Answer, Question, card

    size = st.number_input("Size", value=size)
    card(
        Question("How large?", (Answer("Output", size - 4),), "Think.", f"{size} − 4 = {size - 4}"),
        key="size",
    )


def test_a_wrong_answer_can_be_tried_again_and_another_question_forgets_it() -> None:
    page = AppTest.from_function(show, args=(28,)).run()
    assert not page.markdown and not page.button  # never opened
    page.session_state["_size_box"] = True
    page.run()
    assert not page.success and not page.info
    page.number_input("_size_0").set_value(28.0)
    page.button("_size_check").click().run()
    assert page.info[0].value == "Output: **28** is not it. Think."
    page.number_input("_size_0").set_value(24.0)
    page.button("_size_check").click().run()
    assert page.success[0].value == "**24** is right. 28 − 4 = 24"
    page.number_input[0].set_value(30).run()
    assert not page.success and not page.info
    page.button("_size_check").click().run()
    assert page.info and not page.exception
    page.session_state["_size_box"] = False
    assert page.run().info[0].value == "Output: **24** is not it. Think."
    assert page.number_input("_size_0").value == 24
