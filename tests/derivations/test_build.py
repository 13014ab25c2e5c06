"""The committed evaluators and pages are what the derivations give, and a change of either is noticed."""

import ast
import json
import re

import pytest
import sympy as sp

from derivations import build, document, emit
from derivations.claims import Identity, Numbers, Order
from derivations.derivation import Derivation, Result, run
from spinglass import formulary

ROOT = build.ROOT
DERIVATIONS = [build.load(name) for name in build.ORDER]


@pytest.fixture(scope="module")
def files():
    sections = {}
    for derivation in DERIVATIONS:
        sections |= build.committed_sections(derivation)
    return build.texts(DERIVATIONS, sections)


def test_every_derivation_is_built():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "derivations").glob("*.py")]
    written = [name for text in texts for name in re.findall(r'^derivation = Derivation\(\s*"([\w-]+)"', text, re.M)]
    assert sorted(written) == sorted(build.ORDER)


def test_the_committed_text_is_what_the_derivations_give(files):
    assert build.differences(files) == []


def test_an_edited_evaluator_is_noticed(files, tmp_path, monkeypatch):
    name = emit.GENERATED / "complexity.py"
    edited = files[name].replace("math.sqrt", "math.cbrt", 1)
    assert edited != files[name]
    assert build.differences({**files, name: edited}) == [f"{name.relative_to(ROOT)} is not what its derivation gives"]


def test_an_evaluator_from_no_derivation_is_noticed(files):
    name = emit.GENERATED / "complexity.py"
    rest = {path: text for path, text in files.items() if path != name}
    assert build.differences(rest) == [f"{name.relative_to(ROOT)} comes from no derivation"]


def test_a_changed_derivation_changes_the_text(files):
    derivation = next(each for each in DERIVATIONS if each.id == "complexity")
    formula = derivation.formulas[0]
    kernel = formula.kernel
    last = kernel.branches[-1]
    branch = type(last)(**{**vars(last), "value": -last.value})
    changed = emit.Formula(
        **{**vars(formula), "kernel": type(kernel)(**{**vars(kernel), "branches": (*kernel.branches[:-1], branch)})}
    )
    other = Derivation(derivation.id, derivation.title, derivation.sources, derivation.text, derivation.steps)
    other.formulas = [changed, *derivation.formulas[1:]]
    before = emit.modules(DERIVATIONS)["complexity.py"]
    after = emit.modules([other if each is derivation else each for each in DERIVATIONS])["complexity.py"]
    assert before != after
    assert not any(verdict.holds for verdict in changed.agreement(5))


def test_every_equation_has_a_derivation_and_a_source():
    known = emit.citations()
    manifest = json.loads(formulary.formula.__globals__["MANIFEST"].read_text(encoding="utf-8"))
    ids = {step.id for derivation in DERIVATIONS for step in derivation.steps}
    assert set(manifest["equations"]) == ids
    for identifier, entry in manifest["equations"].items():
        assert (ROOT / entry["derivation"]).is_file(), identifier
        assert entry["sources"], identifier
        assert set(entry["sources"]) <= set(known), identifier
    for name, entry in manifest["formulas"].items():
        assert entry["equation"] in ids, name
        assert entry["sources"], name


def test_equation_ids_in_docstrings_resolve():
    ids = {step.id for derivation in DERIVATIONS for step in derivation.steps}
    chains = "|".join(re.escape(derivation.id) for derivation in DERIVATIONS)
    name = rf"(?:{chains})\.[a-z0-9-]+"
    one = rf"[`\"]?{name}[`\"]?(?:\s\([^)]*\))?(?:,\s+and|,|\s+and)?\s*"
    listing = re.compile(rf"(?:[Ee]quations?|Derived as)\s+((?:{one})+)")
    found = []
    for path in (ROOT / "spinglass").rglob("*.py"):
        for part in listing.findall(path.read_text(encoding="utf-8")):
            found += [(path.name, identifier) for identifier in re.findall(name, part)]
    assert [pair for pair in found if pair[1] not in ids] == []
    assert len(found) >= 10


def test_every_module_says_where_it_comes_from():
    for path in emit.GENERATED.glob("*.py"):
        if path.name == "__init__.py":
            continue
        head = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert "derivations/" in head
        assert re.search(r"Digest: [0-9a-f]{16}\.", head)
        for name in re.findall(r"^ +\w+: ([\w.-]+)$", head, re.M):
            assert name in formulary.equations()


def test_the_package_never_imports_the_derivations():
    for path in (ROOT / "spinglass").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) derivations", path.read_text(encoding="utf-8"), re.M), path


def test_sections_of_a_page_can_be_read_back():
    derivation = DERIVATIONS[0]
    step = derivation.steps[0]
    section = document.section(derivation, step)
    sections = {other.id: section if other is step else "" for other in derivation.steps}
    page = document.pages([derivation], sections)[f"{derivation.id}.md"]
    assert document.split_sections(page)[document.anchor(step.id)].strip() == section.strip()


# the framework itself: claims that are wrong fail, and controls that notice nothing are reported

x = sp.Symbol("x", real=True)


def _one_step(function):
    derivation = Derivation("toy", "A toy", ("mehta2004",), "A toy.")
    return run(derivation.step("only", "The only step", flips="the sign of x")(function))


def test_a_right_step_holds_and_its_control_is_noticed():
    def square(sign=1):
        """The square."""
        value = (1 + sign * x) ** 2
        return Result(value, sp.Eq(x, x, evaluate=False), (Identity(value, 1 + 2 * x + x**2),))

    assert _one_step(square).holds


def test_a_control_that_notices_nothing_is_a_failure():
    def even(sign=1):
        """An even function cannot tell the sign."""
        return Result(x, "x", (Identity((sign * x) ** 2, x**2),))

    report = _one_step(even)
    assert all(verdict.holds for verdict in report.verdicts)
    assert not report.holds


@pytest.mark.parametrize(
    "claim",
    [
        Identity(x + 1, x),
        Identity([x, x], [x]),
        Identity([], []),
        Numbers([("a", 1.0, 1.0 + 1e-9)], 1e-10),
        Numbers([("a", float("nan"), 1.0)], 1e-10),
        Numbers([], 1.0),
        Order([10, 100, 1000], [1e-1, 1e-2, 2e-3], -1.0),
        Order([10, 100], [1e-1, 1e-2], -1.0),
        Order([10, 100, 1000], [1e-1, 0.0, 1e-3], -1.0),
    ],
)
def test_wrong_claims_fail(claim):
    assert not claim.check().holds


def test_a_check_of_one_derivation_compares_its_files(tmp_path, monkeypatch, capsys):
    page, pages = build.PAGES / "kac-rice.md", tmp_path / "pages"
    pages.mkdir()
    text = page.read_text(encoding="utf-8")
    (pages / "kac-rice.md").write_text(text.replace("Hessian", "Jacobian", 1), encoding="utf-8")
    monkeypatch.setattr(build, "PAGES", pages)
    files = {pages / "kac-rice.md": text}
    monkeypatch.setattr(build, "ROOT", tmp_path)
    assert build.differences(files, whole=False) == ["pages/kac-rice.md is not what its derivation gives"]


@pytest.mark.parametrize("identifier", ["kac-rice", "path-sum", "grassmann"])
def test_committed_pages_hold_the_equations_of_the_steps(identifier):
    derivation = build.load(identifier)
    committed = build.committed_sections(derivation)
    for step in derivation.steps:
        if not step.slow:
            assert committed[step.id].strip() == document.section(derivation, step).strip(), step.id


def test_unknown_derivations_and_worker_counts_are_refused(capsys):
    for arguments in (["--only", "nothing"], ["--workers", "0"]):
        with pytest.raises(SystemExit):
            build.main(arguments)
    assert "known are" in capsys.readouterr().err
