"""Some rows, chosen by chance that can be repeated."""

import numpy as np
import pyarrow as pa

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset


def sample(catalog: Catalog, dataset: Dataset, rows: int, seed: int) -> pa.Table:
    """Return that many different rows in their order; the same seed gives the same rows."""
    count = min(rows, dataset.rows)
    chosen = np.random.default_rng(seed).choice(dataset.rows, count, replace=False)
    return catalog.read(dataset).take(pa.array(np.sort(chosen)))
