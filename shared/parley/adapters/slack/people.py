"""What people are called: Slack's events bring ids, and seldom a name."""

from parley.adapters.slack.errors import NOBODY_KNOWN, NOT_FOR_THIS_APP, refused
from parley.adapters.slack.fields import Json, line_of, object_of
from parley.adapters.slack.limits import NAME, PEOPLE_REMEMBERED
from parley.adapters.slack.transport import nothing_posted
from parley.adapters.slack.web_api import WebApi

METHOD = "users.info"


class People:
    """Remembers names, and that Slack refuses them to this app, as long as the process lives."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._names: dict[str, str] = {}
        self._refused = False

    def name_of(self, person: str, deadline: float) -> str:
        """A refusal to the app is raised once, so that an operator hears of it."""
        known = self._names.get(person)
        if known is not None or self._refused:
            return known or ""
        benign = NOBODY_KNOWN | NOT_FOR_THIS_APP
        with nothing_posted():
            answer = self._api.submit(METHOD, {"user": person}, deadline, benign)
        if answer.get("error") in NOT_FOR_THIS_APP:
            self._refused = True
            raise refused(METHOD, answer)
        name = _name(object_of(answer, "user"))
        if len(self._names) < PEOPLE_REMEMBERED:
            self._names[person] = name
        return name


def _name(user: Json) -> str:
    profile = object_of(user, "profile")
    name = line_of(profile, "display_name") or line_of(profile, "real_name")
    return (name or line_of(user, "real_name"))[:NAME]
