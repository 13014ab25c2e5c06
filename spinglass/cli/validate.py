"""`spinglass validate`."""

from __future__ import annotations

import time
from typing import Any

import click

from spinglass.cli.options import json_output, print_json, seed, workers


@click.command("validate")
@click.argument("claims", default="validation/claims")
@click.option("--reduced", is_flag=True, help="Fewer samples: the set that continuous integration runs.")
@click.option("--out", default=None, help="Folder for claims.csv and claims.json.")
@seed
@workers
@json_output
def command(claims: str, reduced: bool, out: str | None, seed: int, workers: int | None, as_json: bool) -> None:
    """Test claims: theory beside simulation, and a wrong theory that must be rejected.

    CLAIMS is a claim file (.toml) or a folder of them; default: validation/claims of the source tree. Exit status 1
    when a claim fails.
    """
    from spinglass.campaigns import Store
    from spinglass.claims import load_claims

    cases = load_claims(claims)
    store = Store(out) if out is not None else None
    rows: list[dict[str, Any]] = []
    for number, claim in enumerate(cases, start=1):
        if not as_json:
            click.echo(f"[{number}/{len(cases)}] {claim.name} …", err=True)
        start = time.perf_counter()
        outcome = claim.test(seed, reduced=reduced, workers=workers)
        row = {
            "claim": claim.name,
            "statement": claim.statement,
            "passes": outcome.passes,
            "agrees": outcome.agrees,
            "evidence": outcome.evidence,
            "control": outcome.control,
            "control_rejected": outcome.control_rejected,
            "detectable": outcome.detectable,
            "seconds": round(time.perf_counter() - start, 1),
        }
        rows.append(row)
        if not as_json:
            click.echo(f"{'PASS' if outcome.passes else 'FAIL'}  {claim.name}: {outcome.evidence}")
            decision = "rejected" if outcome.control_rejected else "NOT REJECTED"
            click.echo(f"      wrong theory {decision}: {outcome.control}")
    if store is not None:
        store.write_table("claims.csv", list(rows[0]), rows)
        store.write_json("claims.json", {"seed": seed, "reduced": reduced, "claims": rows})
    passed = sum(row["passes"] for row in rows)
    if as_json:
        print_json(rows)
    else:
        click.echo(f"{passed} passed, {len(rows) - passed} failed")
    if passed < len(rows):
        raise SystemExit(1)
