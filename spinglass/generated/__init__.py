"""Evaluators emitted by the derivations. Never edited by hand: `python -m derivations.build` writes them."""
