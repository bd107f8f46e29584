"""Predict, then check: a question that the reader answers first and the engine marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from cnnviz.ui.train.fields import number_or
from cnnviz.ui.train.numbers import written

TITLE = "Predict, then check"
Typed = Sequence[float | None]


@dataclass(frozen=True)
class Answer:
    """A number that is asked for.

    Parameters
    ----------
    label : str
        What stands above its input.
    value : float
        The engine's number.
    tolerance : float
        How far from it a right answer may be: 0 where a whole number is asked for.
    slips : dict
        Wrong answers that are easily given, each with the sentence on what was overlooked.
    """

    label: str
    value: float
    tolerance: float = 0.0
    slips: Mapping[float, str] = field(default_factory=dict)

    def right(self, typed: float | None) -> bool:
        """Whether this answer is right."""
        return typed is not None and abs(typed - self.value) <= self.tolerance


@dataclass(frozen=True)
class Question:
    """What a card asks, in Markdown.

    `hint` helps on after a wrong answer and does not give the right one away; `arithmetic` has
    the numbers put in and the result, and stands below a right answer.
    """

    text: str
    answers: tuple[Answer, ...]
    hint: str
    arithmetic: str


@dataclass(frozen=True)
class Verdict:
    """What the engine says of the answers that were typed."""

    right: bool
    words: str


def mark(question: Question, typed: Typed) -> Verdict:
    """Return the verdict on the numbers that were typed, None where there is none."""
    if any(one is None for one in typed):
        return Verdict(False, "Type a number first, then check it.")
    pairs = [*zip(question.answers, typed, strict=True)]
    if all(answer.right(one) for answer, one in pairs):
        numbers = ", ".join(written(one) for one in typed)
        return Verdict(True, f"**{numbers}** is right. {question.arithmetic}")
    wrong = [(answer, one) for answer, one in pairs if not answer.right(one)]
    return Verdict(False, " ".join((*(_wrong(*one) for one in wrong), question.hint)))


def _wrong(answer: Answer, typed: float | None) -> str:
    slip = next((words for value, words in answer.slips.items() if value == typed), "")
    return f"{answer.label}: **{written(typed)}** is not it. {slip}".strip()


def card(question: Question, *, key: str, title: str = TITLE) -> None:
    """Draw the question, folded up, with an input for each answer, and the verdict once checked.

    The verdict is that on the question as it stands: when the settings change, it goes. What was
    never opened is not drawn, so that it takes no part in a page's answers; once it was, it stays:
    what is typed and not yet checked is known to the browser alone.
    """
    box = st.expander(title, icon="✏️", key=f"_{key}_box", on_change="rerun")
    if not (box.open or st.session_state.get(f"_{key}_opened")):
        return
    st.session_state[f"_{key}_opened"] = True
    with box:
        st.markdown(question.text)
        row = st.form(f"_{key}_form", border=False).container(
            horizontal=True, vertical_alignment="bottom"
        )
        with row:
            for place, answer in enumerate(question.answers):
                st.number_input(
                    answer.label,
                    value=None,
                    step=1.0,
                    format="%g",
                    key=f"_{key}_{place}",
                    placeholder="?",
                    width=150,
                    persist_state="session",
                )
            pressed = st.form_submit_button("Check", key=f"_{key}_check")
        typed = [
            number_or(None, st.session_state.get(f"_{key}_{place}"))
            for place in range(len(question.answers))
        ]
        if pressed:
            st.session_state[f"_{key}_checked"] = (question, typed)
        checked, then = st.session_state.get(f"_{key}_checked", (None, []))
        if checked == question:
            say(mark(question, then))


def say(verdict: Verdict) -> None:
    """Draw a verdict: never by the color alone."""
    if verdict.right:
        st.success(verdict.words, icon="✅")
    else:
        st.info(verdict.words, icon="🤔")
