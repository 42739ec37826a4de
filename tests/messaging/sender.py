"""``python -m tests.messaging.sender DATABASE``: a sender of its own, for the test that kills it."""

import sys

import django


def main() -> None:
    django.setup()
    from contact_covid.messaging.actions import deliver
    from contact_covid.messaging.models import Message
    from tests.clock import NOW
    from tests.databases import pointing_to

    with pointing_to(sys.argv[1]):
        for message in Message.objects.filter(state="queued").order_by("id").values_list("id", flat=True):
            deliver(message=message, now=NOW)


if __name__ == "__main__":
    main()
