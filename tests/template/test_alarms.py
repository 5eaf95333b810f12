"""Alarms see what they are for."""

import pytest

from tests.template.loading import ROOT, of_type, template

TEMPLATE = template()
GLOBALS = TEMPLATE["Globals"]["Function"]
FAILURES = {
    "FailedExecutionsAlarm": "ConversationMachine",
    "FailedTaskExecutionsAlarm": "TaskMachine",
}


def test_own_metrics_are_watched_under_the_names_they_are_counted_by() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "shared").rglob("*.py"))
    service = GLOBALS["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    watched = [
        alarm
        for alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "Parley"
    ]
    assert len(watched) == 2
    for alarm in watched:
        assert f'count("{alarm["MetricName"]}"' in sources
        assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]


@pytest.mark.parametrize(("name", "machine"), FAILURES.items())
def test_alarms_see_every_way_an_execution_can_end_badly(name: str, machine: str) -> None:
    alarm = TEMPLATE["Resources"][name]["Properties"]
    metrics = [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]
    names = [metric["MetricName"] for metric in metrics]
    assert names == ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]
    for metric in metrics:
        assert metric["Dimensions"] == [{"Name": "StateMachineArn", "Value": {"Ref": machine}}]


@pytest.mark.parametrize("name", FAILURES)
def test_the_alarm_on_failed_executions_counts_what_was_not_reported_as_none(name: str) -> None:
    """A sum over metrics has no value where one of them has none."""
    alarm = TEMPLATE["Resources"][name]["Properties"]
    (expression,) = [m["Expression"] for m in alarm["Metrics"] if "Expression" in m]
    ids = [m["Id"] for m in alarm["Metrics"] if "MetricStat" in m]
    assert expression == " + ".join(f"FILL({id}, 0)" for id in ids)


def test_every_alarm_tells_the_topic_if_there_is_one() -> None:
    for name, alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").items():
        condition, actions, otherwise = alarm["AlarmActions"]["Fn::If"]
        assert (condition, actions) == ("HasAlarmTopic", [{"Ref": "AlarmTopic"}]), name
        assert otherwise == {"Ref": "AWS::NoValue"}, name
