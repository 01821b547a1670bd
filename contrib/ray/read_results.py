#!/usr/bin/env python3
"""Reads results of `thorax classify --out DIR --format parquet`: how many films reach each threshold, and what failed.

    python read_results.py DIR [--by pandas|duckdb|ray]

The chunks are plain Parquet: columns row, path, patient, study, view, score:FINDING, positive:FINDING, input_level,
input_reasons, error, model. A file of `thorax merge` has the same columns without row.
"""

import argparse
import pathlib


def by_pandas(chunks):
    import pandas

    films = pandas.read_parquet(chunks)
    positive = [name for name in films.columns if name.startswith("positive:")]
    counts = {name.removeprefix("positive:"): int(films[name].fillna(False).sum()) for name in positive}
    return len(films), int(films["error"].notna().sum()), counts


def by_duckdb(chunks):
    import duckdb

    films = duckdb.read_parquet(str(chunks / "*.parquet"))
    positive = [name for name in films.columns if name.startswith("positive:")]
    sums = ", ".join(f'count(*) FILTER (WHERE "{name}")' for name in positive)
    [(n_films, n_failed, *counts)] = films.aggregate(f"count(*), count(error), {sums}").fetchall()
    return n_films, n_failed, dict(zip((name.removeprefix("positive:") for name in positive), counts))


def by_ray(chunks):
    """On a cluster: each node counts in its own chunks, and no node has all of them."""
    import ray

    ray.init(log_to_driver=False, ignore_reinit_error=True)
    films = ray.data.read_parquet(str(chunks))
    positive = [name for name in films.schema().names if name.startswith("positive:")]

    def count(batch):
        sums = {name: [int(batch[name].fillna(False).sum())] for name in positive}
        import pandas

        return pandas.DataFrame({"films": [len(batch)], "failed": [int(batch["error"].notna().sum())], **sums})

    sums = films.map_batches(count, batch_format="pandas").to_pandas().sum()
    counts = {name.removeprefix("positive:"): int(sums[name]) for name in positive}
    return int(sums["films"]), int(sums["failed"]), counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--by", choices=["pandas", "duckdb", "ray"], default="pandas")
    options = parser.parse_args()
    read = {"pandas": by_pandas, "duckdb": by_duckdb, "ray": by_ray}[options.by]
    n_films, n_failed, counts = read(options.folder / "chunks")
    print(f"{n_films} films, {n_failed} without scores")
    for finding, n_positive in counts.items():
        print(f"{finding}: {n_positive} at or above threshold")


if __name__ == "__main__":
    main()
