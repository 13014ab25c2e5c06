"""`spinglass preactivations`."""

from __future__ import annotations

import click

from spinglass.cli.options import activation_options, json_output, parse_activations, print_json, progress_bar, seed


@click.command("preactivations")
@activation_options
@click.option("--depth", default=3, show_default=True, help="Hidden layers, each followed by the activation.")
@click.option("--width", default=64, show_default=True, help="Units per hidden layer.")
@click.option("--epochs", default=20, show_default=True, help="Passes over the training data; 0: the random network.")
@click.option("--gain", default=1.0, show_default=True, help="Initial weights: std gain/sqrt(fan_in).")
@click.option("--out", default="preactivations.npy", show_default=True, help="The file to write.")
@seed
@json_output
def command(
    names: tuple[str, ...],
    expressions: tuple[str, ...],
    tables: tuple[str, ...],
    sections: tuple[str, ...],
    depth: int,
    width: int,
    epochs: int,
    gain: float,
    out: str,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the pre-activations of a network on the scikit-learn digits (needs the extra `data`).

    Trains a multilayer perceptron, then records the pre-activations of every hidden layer on held-out digits as an
    array of shape (depth, inputs × width) for `spinglass compare --preactivations`.
    """
    import io
    from pathlib import Path

    import numpy as np

    from spinglass._errors import input_error
    from spinglass.activations import activation
    from spinglass.campaigns import Store, checked_seed, stream
    from spinglass.networks import load_digits, measure_preactivations

    chosen = parse_activations(names, expressions, tables, sections) or [activation("relu")]
    if len(chosen) > 1:
        raise input_error("activation", [item.name for item in chosen], "measure one activation at a time")
    target = Path(out)
    if target.suffix != ".npy":
        raise input_error("out", out, "must end in .npy")
    store = Store(target.parent)
    data = load_digits()
    with progress_bar(not as_json) as progress:
        measured = measure_preactivations(
            chosen[0],
            data,
            depth,
            width,
            epochs,
            stream(checked_seed(seed)),
            gain=gain,
            on_epoch=lambda done, total: progress("training", done, total),
        )
    content = io.BytesIO()
    np.save(content, measured.values, allow_pickle=False)
    store.write_bytes(target.name, content.getvalue())
    result = {
        "file": str(target),
        "activation": chosen[0].name,
        "shape": list(measured.values.shape),
        "standard_deviation": [float(value) for value in measured.values.std(axis=1)],
        "train_accuracy": measured.train_accuracy,
        "test_accuracy": measured.test_accuracy,
    }
    if as_json:
        print_json(result)
        return
    accuracy = f"{measured.train_accuracy:.3f} (training), {measured.test_accuracy:.3f} (held out)"
    click.echo(f"{chosen[0].label}: accuracy {accuracy}")
    for level, deviation in enumerate(measured.values.std(axis=1), start=1):
        click.echo(f"layer {level}: {measured.values.shape[1]} pre-activations, standard deviation {deviation:.4f}")
    click.echo(str(target))
