"""What is imported without pandas still has it when it is used; each in a fresh interpreter."""

import subprocess
import sys

WITHOUT = """
import sys
from console.adapters.late_pandas import pandas_when_used
with pandas_when_used():
    import alpaca.trading.requests, alpaca.data.models.base
    import console.bootstrap.desk_parts
assert not {"pandas", "pyarrow"} & sys.modules.keys()
"""


def said_by(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_desk_loads_no_pandas_and_alpaca_py_has_it_when_it_makes_a_table():
    use = """
from datetime import date
frame = alpaca.data.models.base.DataFrame([{"close": 190.1}])
asked = alpaca.trading.requests.pd.Timestamp("2026-03-02").date()
import pandas.api.types
assert isinstance(frame, pandas.DataFrame) and asked == date(2026, 3, 2)
assert alpaca.data.models.base.pd.DataFrame is pandas.DataFrame
print(float(frame.close[0]))
"""

    assert said_by(WITHOUT + use) == "190.1"


def test_pandas_that_is_there_already_stays():
    script = """
import pandas
from console.adapters.late_pandas import pandas_when_used
with pandas_when_used():
    import sys, alpaca.data.models.base
print(sys.modules["pandas"] is pandas is alpaca.data.models.base.pd)
"""

    assert said_by(script) == "True"
