from hypothesis import given
from hypothesis import strategies as st

from console.link.messages import Refusal
from console.link.outbox import Outbox
from console.link.wire import pack
from tests import builders
from tests.link.fakes import alert


@given(st.lists(st.sampled_from(["fact", "answer", "take", "drop"])))
def test_an_outbox_knows_whether_somebody_waits_for_an_answer(steps):
    outbox, answers = Outbox(), 0

    for step in steps:
        if step == "fact":
            outbox.tell(pack(alert("now")))
        elif step == "answer":
            outbox.answer(Refusal(id=1, text="no"))
            answers += 1
        elif step == "drop":
            outbox.drop()
            answers = 0
        elif (taken := outbox.take(builders.NOON)) is not None and b"refusal" in taken:
            answers -= 1

        assert outbox.has_answer == (answers > 0)
