"""Campaigns from the command line end with figures and a page, which can be drawn again."""

import json

from click.testing import CliRunner

from spinglass.cli import main


def _run(*arguments, code=0):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == code, result.output
    return result.output


def test_a_census_ends_with_its_page_and_figures_draws_it_again(tmp_path):
    folder = tmp_path / "run"
    arguments = ["census", "--n", "3", "--samples", "20", "--workers", "1", "--no-certify"]
    assert "index.html" not in _run(*arguments)  # without a folder there is no page
    text = _run(*arguments, "--out", folder)
    page = folder / "index.html"
    assert text.splitlines()[-1] == str(page)
    written = page.read_text(encoding="utf-8")
    assert "20 of 20 enumerations are complete" in written
    names = {path.name for path in (folder / "figures").iterdir()}
    assert {"energy-index.png", "energy-index.svg", "energy-index.csv", "energy-index.json"} <= names
    assert {"count-growth.png", "minima-energies.png"} <= names
    page.unlink()
    assert json.loads(_run("figures", folder, "--only", "count-growth", "--json")) == {"page": str(page)}
    assert page.read_text(encoding="utf-8") == written
    assert "did you mean 'count-growth'" in _run("figures", folder, "--only", "count-grow", code=2)
    page.unlink()
    summary = json.loads(_run("campaign", "report", folder, "--no-figures", "--json"))
    assert "page" not in summary
    assert not page.exists()


def test_a_search_at_several_sizes_ends_with_its_page(tmp_path):
    folder = tmp_path / "run"
    made = _run("search", "--n", "6,8", "--starts", "2", "--samples", "4", "--workers", "1", "--out", folder, "--json")
    summary = json.loads(made)
    assert summary["page"] == str(folder / "index.html")
    assert [size["n_spins"] for size in summary["sizes"]] == [6, 8]
    written = (folder / "index.html").read_text(encoding="utf-8")
    assert "16 of 16 starts end at minima" in written
    assert "the campaign keeps no spectra: --spectra does" in written
    assert "n = 1" in _run("search", "--n", "6,1", code=2)
