"""Federated averaging of a Thorax model with Flower: each site trains by the command line, weights alone leave it.

    pip install "flwr[simulation]" safetensors
    THORAX_SITES=/data/a:/data/b python federated.py start.safetensors --rounds 3 --out global.safetensors

runs all sites on this machine, as a rehearsal. `app` and `server` are what a deployment of Flower takes: there, each
site has THORAX_SITES with its own folder only.

THORAX        program, default: thorax in PATH
THORAX_SITES  folders of films with their tables, separated by colons
THORAX_TRAIN  more words for `thorax train`, as in "--epochs 1 --set batch_size=16"
THORAX_WORK   folder for runs and models, default: ./federated
"""

import argparse
import json
import os
import shlex
import subprocess
from pathlib import Path

import safetensors.numpy
from flwr.client import ClientApp, NumPyClient
from flwr.common import ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server import ServerApp, ServerAppComponents, ServerConfig
from flwr.server.strategy import FedAvg
from flwr.simulation import run_simulation

WORK = Path(os.environ.get("THORAX_WORK", "federated")).absolute()


def read_model(path):
    """Weights by name, and the card that goes with them."""
    with safetensors.safe_open(path, "numpy") as file:
        return {name: file.get_tensor(name) for name in sorted(file.keys())}, file.metadata()


def write_model(path, arrays, like, data):
    """A model with the network of another one; nothing that was measured on that one's films goes with it.

    Flower sends arrays only, in the order of their names."""
    known, metadata = read_model(like)
    card = json.loads(metadata["thorax"])
    for measured in ["operating_points", "calibration", "class_frequencies"]:
        card[measured] = {}
    for measured in ["validation_scores", "maps"]:
        card.pop(measured, None)
    card["name"] = path.stem
    card["provenance"] = {"data": data, "training": "federated averaging by Flower"}
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = dict(zip(known, arrays, strict=True))
    safetensors.numpy.save_file(weights, path, metadata={"thorax": json.dumps(card)})


class Site(NumPyClient):
    def __init__(self, films, start):
        self.films, self.start = films, start

    def fit(self, parameters, config):
        here = WORK / f"site-{Path(self.films).name}" / f"round-{config['round']}"
        data = f"start of round {config['round']}"
        write_model(here / "start.safetensors", parameters, self.start, data)
        command = [os.environ.get("THORAX", "thorax"), "train", "--data", self.films, "--out", str(here / "run")]
        command += ["--set", f"init={here / 'start.safetensors'}", *shlex.split(os.environ.get("THORAX_TRAIN", ""))]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        weights, _ = read_model(here / "run" / "last.safetensors")
        n_films = json.loads((here / "run" / "run.json").read_text())["n_films"][0]
        return list(weights.values()), n_films, {}


class SavedFedAvg(FedAvg):
    """FedAvg that keeps every round's model."""

    def __init__(self, start, **settings):
        super().__init__(**settings)
        self.start = start

    def aggregate_fit(self, server_round, results, failures):
        # One round without a site would be another model than was asked for.
        if failures:
            raise RuntimeError(f"round {server_round}: {failures[0]}")
        parameters, metrics = super().aggregate_fit(server_round, results, failures)
        arrays = parameters_to_ndarrays(parameters)
        films = ", ".join(str(result.num_examples) for _, result in results)
        data = f"mean of {len(results)} sites with {films} training films, round {server_round}"
        write_model(WORK / f"global-{server_round}.safetensors", arrays, self.start, data)
        return parameters, metrics


def app(start):
    sites = os.environ["THORAX_SITES"].split(":")

    def site(context):
        place = int(context.node_config.get("partition-id", 0))
        return Site(sites[place % len(sites)], start).to_client()

    return ClientApp(client_fn=site)


def server(start, n_rounds, n_sites):
    weights, _ = read_model(start)
    strategy = SavedFedAvg(
        start,
        initial_parameters=ndarrays_to_parameters(list(weights.values())),
        on_fit_config_fn=lambda server_round: {"round": server_round},
        fraction_evaluate=0.0,
        min_fit_clients=n_sites,
        min_available_clients=n_sites,
    )
    config = ServerConfig(num_rounds=n_rounds)
    return ServerApp(server_fn=lambda _: ServerAppComponents(strategy=strategy, config=config))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start", type=Path, help="model of all sites' findings: it is what round 1 starts from")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True, help="model of the last round")
    args = parser.parse_args()
    start = args.start.absolute()
    n_sites = len(os.environ["THORAX_SITES"].split(":"))
    run_simulation(
        server_app=server(start, args.rounds, n_sites),
        client_app=app(start),
        num_supernodes=n_sites,
        backend_config={"client_resources": {"num_cpus": 1}},
    )
    (WORK / f"global-{args.rounds}.safetensors").rename(args.out)
    print(args.out)


if __name__ == "__main__":
    main()
