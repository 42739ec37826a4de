"""``python -m bench.filling``: fills a copy of the demonstration with what ``bench.deeds`` does.

A process of its own, inside the service; writes {"links": [[token, birth date]], "fiches": [ids to share out]}.
"""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.utils import timezone  # once the settings are there

    from bench.deeds import Deeds

    json.dump(Deeds(timezone.now()).done(), sys.stdout)


if __name__ == "__main__":
    main()
