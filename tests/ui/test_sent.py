"""What travels to components: the same JSON, in which Streamlit looks for no table."""

import json

from streamlit.dataframe_util import is_dataframe_like

from cnnviz.ui.components.sent import sent


def test_a_list_travels_as_the_same_numbers() -> None:
    data = {
        "rows": [[1, 2], [3]],
        "names": ["a", "b"],
        "at": (0, 1),
        "on": True,
        "more": {"x": [1]},
    }
    assert json.loads(json.dumps(sent(data))) == json.loads(json.dumps(data))


def test_nothing_in_it_may_be_a_table() -> None:
    data = sent({"rows": [[{"name": "a"}]], "columns": [1, 2]})
    assert not any(isinstance(one, list) or is_dataframe_like(one) for one in data.values())
