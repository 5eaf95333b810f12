"""Every error that Parley raises, and whether repeating the work can help.

ParleyError
├── SettingsError                a setting is missing or makes no sense; refuse to start
├── SecretMissing                a secret has a name but no value; refuse to serve
├── SecretUnavailable            the secret's store did not answer, throttled or refused   retryable
├── StoreUnavailable             the table or the bucket did not answer, or throttled      retryable
├── HolderRefused
│   ├── Superseded               another generation owns the conversation: end quietly
│   └── Fenced                   a later invocation is at work: discard this one           retryable
├── ExecutionsUnavailable        Step Functions did not answer                             retryable
├── NoticesUnavailable           a notice could not be handed over                         retryable
├── AgentError
│   ├── AgentUnreachable         no connection, a time-out, or a 5xx                       retryable
│   ├── AccessRefused            401, with a fresh token too; or there is no token
│   ├── SessionGone              the session is not in the agent's store
│   ├── SessionBusy              a run is active or just starting                          retryable
│   ├── RunGone                  the run named is not the active one
│   ├── KeyReused                the idempotency key was used with another body
│   └── AgentRejected            the agent calls the request invalid
├── ApiError                     the API under /v1 refused; the text is for people
│   └── ApiUnavailable           it did not answer, or has a fault                         retryable
├── WorkbenchError               git could not do it; the text is for people
├── ForgeError                   the forge refused; the text is for people
│   └── ForgeUnavailable         it did not answer, or has a fault                         retryable
└── ChannelError
    ├── RateLimited              nothing was posted; try again after `seconds`             retryable
    ├── ChannelUnavailable       nothing was posted, the platform has a fault              retryable
    ├── SendUncertain            the connection broke: it may have been posted             retryable
    ├── Undeliverable            the place is gone or closed to the bot
    └── ChannelMisconfigured     token or scope is wrong: an operator has to act
"""


class ParleyError(Exception):
    retryable = False


class SettingsError(ParleyError):
    pass


class SecretMissing(ParleyError):
    pass


class SecretUnavailable(ParleyError):
    retryable = True


class StoreUnavailable(ParleyError):
    retryable = True


class HolderRefused(ParleyError):
    pass


class Superseded(HolderRefused):
    pass


class Fenced(HolderRefused):
    retryable = True


class ExecutionsUnavailable(ParleyError):
    retryable = True


class NoticesUnavailable(ParleyError):
    retryable = True


class AgentError(ParleyError):
    pass


class AgentUnreachable(AgentError):
    retryable = True


class AccessRefused(AgentError):
    pass


class SessionGone(AgentError):
    pass


class SessionBusy(AgentError):
    retryable = True


class RunGone(AgentError):
    pass


class KeyReused(AgentError):
    pass


class AgentRejected(AgentError):
    pass


class ApiError(ParleyError):
    pass


class ApiUnavailable(ApiError):
    retryable = True


class WorkbenchError(ParleyError):
    pass


class ForgeError(ParleyError):
    pass


class ForgeUnavailable(ForgeError):
    retryable = True


class ChannelError(ParleyError):
    pass


class RateLimited(ChannelError):
    retryable = True

    def __init__(self, seconds: int) -> None:
        super().__init__(f"rate limited for {seconds} s")
        self.seconds = seconds


class ChannelUnavailable(ChannelError):
    retryable = True


class SendUncertain(ChannelError):
    retryable = True


class Undeliverable(ChannelError):
    pass


class ChannelMisconfigured(ChannelError):
    pass
