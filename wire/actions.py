"""What a person can want of a counter."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wire.ids import Id
from wire.vocabulary import ClerkId, Part


class SignIn(Part):
    """A clerk takes the counter."""

    action: Literal["sign_in"]
    clerk: ClerkId
    pin: Annotated[str, Field(min_length=1, max_length=64, description="The clerk's secret.")]


class SignOut(Part):
    """The clerk leaves the counter, which closes with it."""

    action: Literal["sign_out"]


class Open(Part):
    """The counter begins to serve."""

    action: Literal["open"]


class Close(Part):
    """The counter stops serving; the clerk stays signed in."""

    action: Literal["close"]


class Next(Part):
    """Call the ticket that the hub thinks best for this counter."""

    action: Literal["next"]


class Recall(Part):
    """Call the same ticket once more."""

    action: Literal["recall"]


class NoShow(Part):
    """The person called did not come."""

    action: Literal["no_show"]


class Start(Part):
    """The person is here and the service begins. Optional before `done`."""

    action: Literal["start"]


class Done(Part):
    """The service has ended; the rating is invited."""

    action: Literal["done"]


class Hold(Part):
    """Interrupt the service (a copy, a form); the counter may serve others meanwhile."""

    action: Literal["hold"]


class Resume(Part):
    """Go on with a ticket on hold."""

    action: Literal["resume"]
    ticket: Annotated[Id | None, Field(description="Which; the one held longest if none.")] = None


class Transfer(Part):
    """Send the person on to another service, to another counter, or both.

    The ticket keeps its number and the credit of its wait.
    """

    action: Literal["transfer"]
    service: Annotated[Id | None, Field(description="The service to wait for.")] = None
    counter: Annotated[Id | None, Field(description="The only counter that may call it.")] = None


class Pause(Part):
    """The clerk is away for a while."""

    action: Literal["pause"]
    reason: Annotated[str, Field(max_length=60, description="Why, in a word or two.")] = ""
    minutes: Annotated[
        float | None, Field(gt=0, le=480, description="For how long, as announced.")
    ] = None


class Unpause(Part):
    """The clerk is back."""

    action: Literal["unpause"]


class Undo(Part):
    """Take the last step with a ticket back."""

    action: Literal["undo"]


Action = Annotated[
    SignIn
    | SignOut
    | Open
    | Close
    | Next
    | Recall
    | NoShow
    | Start
    | Done
    | Hold
    | Resume
    | Transfer
    | Pause
    | Unpause
    | Undo,
    Field(discriminator="action"),
]
"""What a counter can be told to do."""
