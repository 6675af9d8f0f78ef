"""Telephone numbers: kept as +33…, with the country of the number's own prefix; shown in one way."""

import re

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    country_code_for_region,
    format_number,
    is_valid_number,
    is_valid_number_for_region,
    number_type,
    parse,
)

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import plain

UNKNOWN = "Ce numéro n’est pas reconnu. Exemple\u00a0: 01 99 00 12 34."
SEVERAL = "Donnez un seul numéro. Exemple\u00a0: 01 99 00 12 34."
WORDS = "Donnez le numéro complet, sans texte ni numéro de poste. Exemple\u00a0: 01 99 00 12 34."
ABBREVIATED = (
    "Le tableur a abrégé ce numéro, et des chiffres sont perdus. Donnez à la cellule le format Texte, puis "
    "saisissez-le de nouveau."
)
NOT_A_MOBILE = "Ce numéro n’est pas celui d’un portable. Exemple\u00a0: 06 39 98 12 34."
FRANCE = 33
# They share France's numbering: 0692… is a number of La Réunion, +262 692…, and +33 692… is nobody's.
OVERSEAS = ("RE", "YT", "GP", "GF", "MQ", "BL", "MF", "PM")
NATIONAL = {FRANCE, *map(country_code_for_region, OVERSEAS[:-1])}  # shown as dialled in France
AT_HOME = re.compile(r"8\d*|[134]\d{8}")  # 08… belongs to no place; no number overseas begins with 1, 3 or 4
CANONICAL = r"^\+[1-9]\d{6,14}$"  # E.164, as PostgreSQL checks it
FICTION = re.compile(r"\+3363998\d{4}")  # the mobiles of films and examples, of which none is in use
MOST_DIGITS = 15


def read(text: str) -> str:
    """In E.164 (+33199001234); empty stays empty."""
    typed = plain(text)
    if not typed:
        return ""
    _check_signs(typed)
    number = _parsed(typed)
    if number is None:
        raise Refused(UNKNOWN)
    return format_number(number, PhoneNumberFormat.E164)


def read_mobile(text: str) -> str:
    """Of a mobile, where a code is sent: never a number that costs."""
    number = read(text)
    if number and not is_mobile(number):
        raise Refused(NOT_A_MOBILE)
    return number


def is_mobile(e164: str) -> bool:
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return bool(FICTION.fullmatch(e164)) or number_type(parse(e164)) in kinds


def shown(e164: str) -> str:
    """06 39 98 12 34, 0692 12 34 56: as dialled in France; abroad with its +. No number stays as it is."""
    if not re.fullmatch(CANONICAL, e164):
        return e164
    try:
        number = parse(e164)
    except NumberParseException:  # of no country
        return e164
    near = number.country_code in NATIONAL
    return format_number(number, PhoneNumberFormat.NATIONAL if near else PhoneNumberFormat.INTERNATIONAL)


def _check_signs(typed):
    if re.search(r"\d[Ee]\+?\d", typed):
        raise Refused(ABBREVIATED)
    if any(one.isalpha() for one in typed):
        raise Refused(WORDS)
    if sum(one.isdigit() for one in typed) > MOST_DIGITS:
        raise Refused(SEVERAL)


def _parsed(typed) -> PhoneNumber | None:
    """Also where a spreadsheet dropped the first 0, or the + of the country."""
    for written in (typed, f"+{typed}"):
        try:
            number = _at_home(parse(written, "FR"))
        except NumberParseException:
            continue
        if is_valid_number(number) or FICTION.fullmatch(format_number(number, PhoneNumberFormat.E164)):
            return number
    return None


def _at_home(number: PhoneNumber) -> PhoneNumber:
    """With the country of its own prefix, whatever was typed before it."""
    digits = str(number.national_number)
    if number.country_code != FRANCE or AT_HOME.fullmatch(digits):
        return number
    for region in OVERSEAS:
        there = PhoneNumber(country_code_for_region(region), int(digits.removeprefix("508") or 0))
        if is_valid_number_for_region(there, region):
            return there
    return number
