"""Who made the recorder, as file_id says it: both ways."""

from __future__ import annotations

from typing import Final, NamedTuple

from backrun_fit.errors import EncodeError
from backrun_fit.fit.profile import load_profile
from backrun_fit.fit.table import Table

__all__ = ["MakerFields", "maker_fields", "read_maker"]

# FIT Profile 21.212, file_id.product: the sub-field garmin_product holds for these makers.
_GARMIN_MAKERS: Final = frozenset(("garmin", "dynastream", "dynastream_oem", "tacx"))

# FIT Profile 21.212, file_id.product: uint16, of which the last means none.
_PRODUCTS: Final = 0xFFFF


class MakerFields(NamedTuple):
    """Fields of FIT Profile 21.212, message ``file_id`` (0).

    Attributes:
        manufacturer: Number of the maker.
        product: Number of the product; None where it has none.
        product_name: Text; empty where the number says it.
    """

    manufacturer: int
    product: int | None
    product_name: str


def read_maker(file_id: Table) -> tuple[str | None, str | None]:
    """Maker and product of the recorder.

    Args:
        file_id: Messages ``file_id`` (0), as many as there are.

    Returns:
        FIT's words where it has them, else the maker's own word or the number as
        text; None where not recorded.
    """
    manufacturer = _first_word(file_id, "manufacturer")
    number = next((value for value in file_id.integers("product") if value is not None), None)
    if number is not None and manufacturer in _GARMIN_MAKERS:
        named = load_profile().value_names("garmin_product").get(number)
        if named is not None:
            return manufacturer, named
    return manufacturer, _first_word(file_id, "product_name", "product")


def _first_word(table: Table, *names: str) -> str | None:
    """The first value that is there, as text, trying one field after another."""
    for name in names:
        for value in table.values(name):
            if isinstance(value, str | int):
                return str(value)
    return None


def maker_fields(manufacturer: str | None, product: str | None) -> MakerFields:
    """The fields from which ``read_maker`` reads a maker and a product again.

    Args:
        manufacturer: FIT's word or a number as text. None is ``development``, the
            number for what no maker has made; a file must not be without one.
        product: FIT's word, the maker's own or a number as text; None for none,
            which is 0 where there is no maker either.

    Raises:
        EncodeError: FIT has no such maker.

    Example:
        >>> maker_fields("garmin", "fr245")
        MakerFields(manufacturer=1, product=3076, product_name='')
        >>> maker_fields("bryton", "Active App")
        MakerFields(manufacturer=267, product=None, product_name='Active App')
    """
    if manufacturer is None:
        manufacturer, product = "development", product or "0"
    number = _number_of("manufacturer", manufacturer)
    if number is None:
        raise EncodeError(f"expected a FIT Manufacturer, got {manufacturer!r}")
    if product is None:
        return MakerFields(number, None, "")
    named = _number_of("garmin_product" if manufacturer in _GARMIN_MAKERS else None, product)
    if named is not None and named < _PRODUCTS:
        return MakerFields(number, named, "")
    return MakerFields(number, None, product)


def _number_of(type_name: str | None, word: str) -> int | None:
    """The number behind a word of a type, or in a text such as ``3076``."""
    if type_name is not None:
        for number, name in load_profile().value_names(type_name).items():
            if name == word:
                return number
    return int(word) if word.isdecimal() and str(int(word)) == word else None
