"""Numbers of professionals and establishments with valid keys, in blocks that are attributed to nobody."""

from stdnum import luhn

_CORSICA_AS_DIGITS = str.maketrans("AB", "12")


def practice_number(department: str, serial: int) -> str:
    """Nine characters, FINESS or AM: département, 9, serial (< 10,000), key. Overseas: 979, last digit, serial, key.

    The key of a Corsican number counts A as 1 and B as 2, as the directory does.
    """
    overseas = len(department) > 2
    body = f"979{department[2]}{serial:04d}" if overseas else f"{department}90{serial:04d}"
    if department.startswith("98"):
        body = f"989{department[2]}{serial:04d}"
    return body + str(luhn.calc_check_digit(body.translate(_CORSICA_AS_DIGITS)))


def rpps(serial: int) -> str:
    """Eleven digits: 199, serial (< 10,000,000), key."""
    body = f"199{serial:07d}"
    return body + str(luhn.calc_check_digit(body))


def siret(area: str) -> str:
    """Fourteen digits: SIREN 99900, three digits of an area and its key, establishment 0001 and the key of all."""
    siren = f"99900{area}"
    establishment = f"{siren}{luhn.calc_check_digit(siren)}0001"
    return establishment + str(luhn.calc_check_digit(establishment))
