"""The operator's commands."""

from parley.adapters.aws import clients
from parley.adapters.aws.parameters import SsmParameters
from parley.adapters.aws.secrets import NamedSecrets


def secrets() -> NamedSecrets:
    return NamedSecrets(clients.named)


def parameters() -> SsmParameters:
    return SsmParameters(clients.named)
