"""`python -m tests.bench.textbook '{...}'`: one service as a process."""

from tests.bench.textbook import intake, readers
from tests.bench.textbook.told import Told

if __name__ == "__main__":
    told = Told.here()
    (intake if told.service == "intake" else readers).run(told)
