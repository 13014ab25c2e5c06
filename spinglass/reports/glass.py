"""The glass and the method of a campaign in words, for captions, keys and questions."""

from __future__ import annotations

from spinglass.reports.tables import Row, shortest


def glass_words(settings: Row) -> str:
    """The glass and its field in words, for captions: "p = 3, field of ρ₁ = 0.1"."""
    if settings.get("p") is not None:
        words = f"p = {settings['p']}"
    else:
        words = "mixture " + " + ".join(f"{shortest(a)}² q^{k}" for k, a in settings.get("mixture") or ())
    field = settings.get("field") or {}
    if "rho" in field:
        words += f", field of ρ = ({', '.join(shortest(value, 4) for value in field['rho'])})"
    elif "linear" in field:
        words += f", field D = {shortest(field['linear'])} N m"
    elif "spike" in field:
        strength, power = field["spike"]
        words += f", field D = {shortest(strength)} N m^{power}"
    else:
        words += ", no field"
    return words


def glass_key(settings: Row) -> str:
    """The same in short, for the line below the title."""
    if settings.get("p") is None:
        return "mixture " + " + ".join(rf"${shortest(a)}^2 q^{k}$" for k, a in settings.get("mixture") or ())
    return f"$p = {settings['p']}$" + (", with a field" if settings.get("field") else "")


_METHODS = {
    "gradient-descent": "gradient descent",
    "conjugate-gradients": "conjugate gradients descent",
    "l-bfgs": "L-BFGS",
    "trust-region": "trust-region Newton",
}


def method_words(settings: Row) -> str:
    """The method of a search in words."""
    method = str(settings.get("method", "search"))
    return _METHODS.get(method, method)
