"""How often codes may be asked for and typed: by address, by device and by network.

An estate, a school or a mobile operator puts hundreds of families behind one network, so the
network's own limits are high; what stops one person is the address and the device.

- Address: 5 codes in a quarter of an hour, 20 a day. Nobody is flooded with our messages.
- Device: 10 codes an hour. A device is known by the random secret of its session cookie; whoever
  throws the cookie away is a new device, and meets the limits of the network and the address.
- Network: 300 codes and 300 tries an hour: 60 families who ask twice and mistype twice pass.
- SMS cost money: `core.sms_budget` counts them besides, a day at a time.
- There is no cap for the whole town on codes by e-mail: a few hired networks would use it up and
  shut everybody out. None depends on whether an address is known, or it would tell.

Guessing: a code has 10^6 values and five tries, so 20 codes a day are 100 tries: one chance in
10,000 a day for one address attacked all day long, whose holder gets 20 messages meanwhile; by
SMS (6 codes a day) 3 in 100,000. From one network, 300 tries an hour against any addresses hit
one account in 139 days on average. Whoever attacks an address keeps its holder from asking for
codes as well: standing sign-ins, a card and another address go on.
"""

from datetime import timedelta

from flask import session

from engage.accounts import commands
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind
from engage.core import sms_budget, throttle
from engage.core.web import apart, services, visitor_address

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
A_QUARTER, A_DAY = 5, 20
A_DEVICE = 10
CODES_OF_A_NETWORK = TRIES_OF_A_NETWORK = 300


def count_asked(address: ContactAddress, *, at_counter: bool = False) -> None:
    """Count that a code was asked for `address`; raises `TooMany`, `NoSms` or `InvalidInput`.

    A counter opens many accounts from one device; whoever sits there has passed a second step.
    """
    throttle.hit_hourly(apart(), f"code-net:{visitor_address()}", limit=CODES_OF_A_NETWORK)
    if not at_counter:
        throttle.hit_hourly(apart(), f"code-device:{_device()}", limit=A_DEVICE)
    throttle.hit(apart(), f"code:{address.value}", limit=A_QUARTER, window=QUARTER)
    throttle.hit(apart(), f"code-day:{address.value}", limit=A_DAY, window=DAY)
    if address.kind is ContactKind.PHONE:
        sms_budget.admit(apart(), services().config, address.value, network=visitor_address())


def count_try(challenge: str) -> None:
    """Count that digits were typed, right or wrong; raises `TooMany`."""
    throttle.hit_hourly(apart(), f"try-net:{visitor_address()}", limit=TRIES_OF_A_NETWORK)
    commands.count_try(apart(), challenge)


def count_card() -> None:
    """Count that a card's code was typed, right or wrong; raises `TooMany`."""
    throttle.hit(apart(), f"card:{visitor_address()}", limit=30, window=QUARTER)


def _device() -> str:
    """The random secret of this browser's cookie; without one no form is accepted at all."""
    return str(session.get("csrf_token", ""))
