"""Each channel and the module that sends by it."""

from collections.abc import Mapping

from django.conf import settings

from contact_covid.messaging.channels.email import sender as email
from contact_covid.messaging.channels.letter import sender as letter
from contact_covid.messaging.channels.parcel import Sender
from contact_covid.messaging.channels.sms import sender as sms
from contact_covid.messaging.enums import Channel

CHANNELS: Mapping[Channel, Sender] = {Channel.EMAIL: email, Channel.LETTER: letter, Channel.SMS: sms}


def is_open(channel: Channel) -> bool:
    """Whether a message by this channel reaches somebody: a receiver, or in a demo who looks into the mailbox page."""
    return CHANNELS[channel].is_configured() or settings.DEMO
