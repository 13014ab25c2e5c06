"""Run the derivations, check every step, and write what they end in.

    python -m derivations.build                 every derivation: log, evaluators, docs pages, one HTML document
    python -m derivations.build --check         the steps that are not slow; the committed texts must be what they give
    python -m derivations.build --check --full  the slow steps too
    python -m derivations.build --only NAME     one derivation, while working on it
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import spinglass
from derivations import document, emit
from derivations.claims import statement
from derivations.derivation import Derivation, run

ORDER = (
    "grassmann",
    "duality",
    "determinant",
    "rank-one",
    "index-law",
    "semicircle",
    "classical-laws",
    "saddle-points",
    "kac-rice",
    "complexity",
    "phase-diagram",
    "finite-counts",
    "activation-ratio",
    "path-sum",
    "gaussian-means",
    "edge-laws",
)
ROOT = emit.ROOT
PAGES = ROOT / "docs" / "derivations"


@dataclass(frozen=True)
class StepOutcome:
    """What a run says of one step, as text."""

    id: str
    holds: bool
    seconds: float
    lines: tuple[str, ...]
    section: str = ""  # a step's part of the documentation


def load(identifier: str) -> Derivation:
    """The derivation of this id."""
    module = importlib.import_module(f"derivations.{identifier.replace('-', '_')}")
    derivation: Derivation = module.derivation
    if derivation.id != identifier:
        raise ValueError(f"derivations/{module.__name__} calls itself {derivation.id}")
    return derivation


def check_derivation(identifier: str, slow: bool) -> list[StepOutcome]:
    """Run every step of a derivation, its controls, and the agreement of its stable and plain forms."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    derivation = load(identifier)
    outcomes = []
    for step in derivation.steps:
        if step.slow and not slow:
            continue
        report = run(step)
        lines = [
            f"{'holds' if verdict.holds else 'FAILS'}: {statement(claim)}; {verdict.detail}"
            for claim, verdict in zip(report.result.claims, report.verdicts, strict=True)
        ]
        noticed = "noticed" if report.control.holds else "NOT NOTICED"
        lines.append(f"control ({step.flips}): {noticed}; {report.control.detail}")
        shown = document.section(derivation, step)
        outcomes.append(StepOutcome(step.id, report.holds, report.seconds, tuple(lines), shown))
    for formula in derivation.formulas:
        start = time.perf_counter()
        verdicts = formula.agreement()
        lines = [f"{'holds' if verdict.holds else 'FAILS'}: {verdict.detail}" for verdict in verdicts]
        holds = all(verdict.holds for verdict in verdicts)
        seconds = time.perf_counter() - start
        outcomes.append(StepOutcome(f"{identifier} -> {formula.name}", holds, seconds, tuple(lines)))
    return outcomes


def texts(derivations: Sequence[Derivation], sections: Mapping[str, str]) -> dict[Path, str]:
    """Every committed file that the derivations determine, with its text."""
    files = {emit.GENERATED / name: text for name, text in emit.modules(derivations).items()}
    files[emit.GENERATED / "manifest.json"] = emit.manifest(derivations)
    for name, text in document.pages(derivations, sections).items():
        files[PAGES / name] = text
    return files


def committed_sections(derivation: Derivation) -> dict[str, str]:
    """The sections of the committed page, for the steps that a quick check leaves out."""
    page = PAGES / f"{derivation.id}.md"
    found = document.split_sections(page.read_text(encoding="utf-8")) if page.is_file() else {}
    return {step.id: found.get(document.anchor(step.id), "") for step in derivation.steps}


def differences(files: dict[Path, str], whole: bool = True) -> list[str]:
    """What is committed and not what the derivations give, and (of the `whole`) files that no derivation gives."""
    wrong = [
        f"{path.relative_to(ROOT)} is not what its derivation gives"
        for path, text in files.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    present = [*emit.GENERATED.glob("*.py"), *PAGES.glob("*.md")] if whole else []
    wrong += [
        f"{path.relative_to(ROOT)} comes from no derivation"
        for path in sorted(present)
        if path not in files and path.name != "__init__.py"
    ]
    return wrong


def _show(outcomes: Sequence[StepOutcome]) -> None:
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.holds else 'FAIL'} {outcome.id}  ({outcome.seconds:.1f} s)")
        for line in outcome.lines:
            print(f"       {line}")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m derivations.build", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the committed text differs")
    parser.add_argument("--full", action="store_true", help="with --check: the slow steps too")
    parser.add_argument("--only", metavar="NAME", action="append", help="only this derivation; may be repeated")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="folder of the document (default build/)")
    given = parser.parse_args(arguments)
    known = [name for name in ORDER if (ROOT / "derivations" / f"{name.replace('-', '_')}.py").is_file()]
    unknown = sorted(set(given.only or ()) - set(known))
    if unknown:
        parser.error(f"--only {unknown[0]}: known are {', '.join(known)}")
    if given.workers < 1:
        parser.error(f"--workers {given.workers}: must be at least 1")
    chosen = [name for name in known if not given.only or name in given.only]
    start = time.perf_counter()
    slow = given.full or not given.check
    found: dict[str, list[StepOutcome]] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(given.workers, len(chosen)), mp_context=context) as pool:
        running = {pool.submit(check_derivation, name, slow): name for name in chosen}
        for number, done in enumerate(as_completed(running), 1):
            name = running[done]
            found[name] = done.result()
            print(f"-- {name} ({number} of {len(chosen)})")
            _show(found[name])
    failed = [outcome.id for outcomes in found.values() for outcome in outcomes if not outcome.holds]
    everything = [load(name) for name in known]  # all: a module imports the kernels that another one holds
    sections: dict[str, str] = {}
    for derivation in everything:
        sections |= committed_sections(derivation)
    sections |= {outcome.id: outcome.section for outcomes in found.values() for outcome in outcomes if outcome.section}
    files = texts(everything, sections)
    if given.only:
        mine = {f"{name.replace('-', '_')}.py" for name in chosen} | {f"{name}.md" for name in chosen}
        files = {path: text for path, text in files.items() if path.name in mine}
    if given.check:
        wrong = differences(files, whole=not given.only)
        for line in wrong:
            print(f"FAIL {line}")
        failed += wrong
    elif failed:
        print("nothing was written: a step or a formula failed")
    else:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if not given.only:
            for path in (*emit.GENERATED.glob("*.py"), *PAGES.glob("*.md")):
                if path not in files and path.name != "__init__.py":
                    path.unlink()
            given.out.mkdir(parents=True, exist_ok=True)
            target = given.out / "derivations.html"
            verdicts = {outcome.id: outcome.lines for name in known for outcome in found[name]}
            summary = f"{len(verdicts)} steps and formulas, {len(failed)} failures; spinglass {spinglass.__version__}."
            target.write_text(document.html(everything, sections, verdicts, summary), encoding="utf-8")
            print(f"document: {target}")
    steps = sum(len(outcomes) for outcomes in found.values())
    print(f"{steps} steps and formulas, {len(failed)} failures, {time.perf_counter() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
