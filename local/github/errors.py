"""How GitHub says no."""

from typing import Any

DOCUMENTATION = "https://docs.github.com/rest/pulls/pulls#create-a-pull-request"


class GitHubError(Exception):
    """A status and a sentence; `headers` go out beside it."""

    def __init__(
        self, status: int, message: str, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = {
            "message": message,
            **more,
            "documentation_url": DOCUMENTATION,
            "status": str(status),
        }


def bad_credentials() -> GitHubError:
    return GitHubError(401, "Bad credentials")


def not_found() -> GitHubError:
    """Also what a credential may not see."""
    return GitHubError(404, "Not Found")


def read_only() -> GitHubError:
    return GitHubError(403, "Resource not accessible by personal access token")


def invalid(field: str, code: str = "invalid", resource: str = "PullRequest") -> GitHubError:
    error = {"resource": resource, "field": field, "code": code}
    return GitHubError(422, "Validation Failed", errors=[error])


def told(message: str, resource: str = "PullRequest", **more: str) -> GitHubError:
    error = {"resource": resource, "code": "custom", "message": message, **more}
    return GitHubError(422, "Validation Failed", errors=[error])


def too_long(field: str, most: int) -> GitHubError:
    said = f"{field} is too long (maximum is {most} characters)"
    return told(said, "Issue", field=field)


def rate_limited(seconds: float) -> GitHubError:
    """A secondary limit: so much in so short a time."""
    return GitHubError(
        403,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        {"Retry-After": str(round(seconds))},
    )
