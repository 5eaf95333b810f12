"""No circle of dependencies, which CloudFormation refuses and no linter sees in a SAM template.

SAM makes several resources of one: a function has a role, to which its policies' references belong,
and each event makes a rule or a permission that refers to the function. Such a circle is: webhook's
role -> machine -> machine's role -> webhook.
"""

from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest

from tests.template.loading import FUNCTION, MACHINE, Data, references, template

Graph = dict[str, set[str]]


def order(data: Data) -> list[str]:
    """An order in which the resources can be made. Raises CycleError where there is none."""
    return list(TopologicalSorter(dependencies(data)).static_order())


def dependencies(data: Data) -> Graph:
    graph: Graph = {}
    everywhere = data["Globals"]["Function"]
    for name, resource in data["Resources"].items():
        properties = dict(resource.get("Properties", {}))
        assert "DependsOn" not in resource, "not read here"
        if resource["Type"] in (FUNCTION, MACHINE):
            _link(graph, f"{name}Role", properties.pop("Policies", []))
            _link(graph, name, {"Ref": f"{name}Role"})
            _add_events(graph, name, properties.pop("Events", {}))
        if resource["Type"] == FUNCTION:
            _link(graph, name, everywhere)
        _link(graph, name, properties)
    return graph


def _add_events(graph: Graph, function: str, events: Data) -> None:
    for name, event in events.items():
        made = f"{function}{name}"
        _link(graph, made, [{"Ref": function}, event])
        if event["Type"] == "HttpApi":
            # The route becomes part of the API's own definition.
            _link(graph, event["Properties"]["ApiId"]["Ref"], {"Ref": function})


def _link(graph: Graph, name: str, value: Any) -> None:
    graph.setdefault(name, set()).update(references(value))


def test_nothing_depends_on_itself() -> None:
    made = order(template())
    assert made.index("StartTurnFunction") < made.index("ConversationMachine")


def test_machine_named_by_reference_in_the_environment_would_be_a_circle() -> None:
    data = template()
    variables = data["Globals"]["Function"]["Environment"]["Variables"]
    variables["PARLEY_MACHINE_ARN"] = {"Ref": "ConversationMachine"}
    with pytest.raises(CycleError):
        order(data)


def test_machine_named_by_reference_in_a_policy_would_be_a_circle() -> None:
    data = template()
    policy = data["Resources"]["StartExecutions"]["Properties"]["PolicyDocument"]
    policy["Statement"][0]["Resource"] = {"Ref": "ConversationMachine"}
    with pytest.raises(CycleError):
        order(data)


def test_address_of_the_api_in_the_environment_would_be_a_circle() -> None:
    data = template()
    data["Globals"]["Function"]["Environment"]["Variables"]["URL"] = {"Ref": "WebhookApi"}
    with pytest.raises(CycleError):
        order(data)
