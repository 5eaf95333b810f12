import json
from pathlib import Path
from typing import Any

import pytest

from local.emulator.process import environment
from local.emulator.routes import Route, routes_of
from local.emulator.template import (
    Place,
    as_processes,
    definition_of,
    functions_of,
    load_template,
    machines_of,
    packaged,
    without_metric_math,
)

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"


IMAGES = {
    "WorktreeFunction": "functions.worktree.handler.handler",
    "PublishFunction": "functions.worktree.publish.handler",
}


def test_packaging_changes_only_where_code_and_definitions_lie() -> None:
    template = as_processes(load_template(TEMPLATE))
    names = [*functions_of(template), *machines_of(template)]
    changed = packaged(template, {name: Place("bucket", name) for name in names})
    for name in names:
        properties = changed["Resources"][name]["Properties"]
        where = "CodeUri" if name in functions_of(template) else "DefinitionUri"
        assert properties.pop(where) == {"Bucket": "bucket", "Key": name}
        original = dict(template["Resources"][name]["Properties"])
        original.pop(where, None)
        assert properties == original
    untouched = set(template["Resources"]) - set(names)
    assert all(changed["Resources"][each] == template["Resources"][each] for each in untouched)


def test_container_images_become_functions_of_the_same_handlers(tmp_path: Path) -> None:
    template = load_template(TEMPLATE)
    changed = as_processes(template, tmp_path)["Resources"]
    for name, handler in IMAGES.items():
        properties = changed[name]["Properties"]
        assert (properties["Handler"], properties["Runtime"]) == (handler, "python3.13")
        assert not {"PackageType", "ImageConfig"} & set(properties)
        assert properties["Environment"]["Variables"]["PARLEY_WORK_FOLDER"] == str(tmp_path)
        for key in ("Timeout", "MemorySize", "Policies"):
            assert properties[key] == template["Resources"][name]["Properties"][key]


def test_functions_that_are_no_images_stay_as_they_are(tmp_path: Path) -> None:
    template = load_template(TEMPLATE)
    changed = as_processes(template, tmp_path)["Resources"]
    assert {name for name in changed if changed[name] != template["Resources"][name]} == set(IMAGES)


def test_definition_becomes_json_with_its_substitutions_left_in() -> None:
    definition = definition_of(load_template(TEMPLATE), "ConversationMachine", ROOT)
    assert json.loads(definition)["States"]["StartTurn"]["Resource"] == "${StartTurnFunction}"


def test_only_alarms_with_metric_math_are_left_out() -> None:
    template = load_template(TEMPLATE)
    left_out = set(template["Resources"]) - set(without_metric_math(template)["Resources"])
    assert left_out == {"FailedExecutionsAlarm", "FailedTaskExecutionsAlarm"}


def test_short_forms_become_long_ones(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("a: !Ref B\nc: !GetAtt D.Arn\ne: !If [F, !Sub '${G}', {h: !Ref I}]\n")
    assert load_template(path) == {
        "a": {"Ref": "B"},
        "c": {"Fn::GetAtt": ["D", "Arn"]},
        "e": {"Fn::If": ["F", {"Fn::Sub": "${G}"}, {"h": {"Ref": "I"}}]},
    }


def operation(uri: Any) -> dict[str, Any]:
    return {"x-amazon-apigateway-integration": {"uri": uri}}


def test_routes_come_from_the_body_that_sam_wrote() -> None:
    prefix = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    body = {
        "paths": {
            "/webhooks/slack/events": {
                "post": operation({"Fn::Sub": f"{prefix}${{WebhooksFunction.Arn}}/invocations"})
            },
            "/$default": {
                "x-amazon-apigateway-any-method": operation(
                    {"Fn::Sub": f"{prefix}${{OtherAliaslive}}/invocations"}
                )
            },
        }
    }
    assert list(routes_of(body)) == [
        Route("POST /webhooks/slack/events", "WebhooksFunction"),
        Route("$default", "OtherAliaslive"),
    ]


def test_integration_that_is_no_function_is_refused() -> None:
    body = {"paths": {"/a": {"get": operation("https://example.com")}}}
    with pytest.raises(ValueError, match="no function of this template"):
        list(routes_of(body))


def test_emulator_gets_nothing_of_the_hosts_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    made = environment(4566, tmp_path)
    assert "AWS_PROFILE" not in made
    assert "PYTHONPATH" not in made
    assert made["IOT_MTLS_ENABLED"] == made["SFTP_ENABLED"] == "0"
    assert made["TMPDIR"] == str(tmp_path)
