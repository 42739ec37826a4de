"""Each channel and the module that sends by it."""

from collections.abc import Mapping

from contact_covid.messaging.channels.email import sender as email
from contact_covid.messaging.channels.letter import sender as letter
from contact_covid.messaging.channels.parcel import Sender
from contact_covid.messaging.enums import Channel

CHANNELS: Mapping[Channel, Sender] = {Channel.EMAIL: email, Channel.LETTER: letter}
