"""The judge knows nothing by the product's own code: a fault in what the services share cannot blind it."""

import subprocess
import sys
from pathlib import Path

from tests.faults.stand.layout import ROOT

HERE = Path(__file__).parent
PRODUCT = ("services", "contracts", "deploy", "aiokafka", "asyncpg", "faststream", "sqlalchemy")


def test_the_checker_loads_nothing_of_the_product_nor_its_clients() -> None:
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in sorted(HERE.rglob("*.py"))
        if not file.name.startswith("test_")
    ]
    loads = f"import {', '.join(modules)}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    told = subprocess.run([sys.executable, "-c", loads], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert {"confluent_kafka", "psycopg", "httpx"} <= loaded
    assert loaded.isdisjoint(PRODUCT)
