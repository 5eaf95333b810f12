"""What can be chosen of the stub agent; `chosen` is said by it when a script asks for it."""

from local.stub_agent.manner import Manner

VALUES = {
    "model": ("stub/small", "stub/large"),
    "effort": ("low", "high"),
    "mode": ("build", "plan"),
}
CATEGORIES = {"model": "model", "effort": "thought_level", "mode": "mode"}


class Options:
    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self.chosen = {id: values[0] for id, values in VALUES.items()}

    def choose(self, id: str, value: str) -> bool:
        """False where there is no such value. Only the large model thinks hard."""
        if self._manner.get("refuses"):
            return False
        if value not in VALUES.get(id, ()) or (value == "high" and not self._large):
            return False
        self.chosen[id] = value
        return True

    @property
    def _large(self) -> bool:
        return self.chosen["model"] == "stub/large"

    def told(self) -> dict[str, object]:
        if self._manner.get("no_options"):
            return {}
        if self._manner.get("legacy"):
            return self._legacy()
        options = []
        for id, values in VALUES.items():
            offered = values if id != "effort" or self._large else values[:1]
            options.append(
                {
                    "id": id,
                    "name": id.title(),
                    "category": CATEGORIES[id],
                    "type": "select",
                    "currentValue": self.chosen[id],
                    "options": [
                        {"value": each, "name": each.rpartition("/")[2]} for each in offered
                    ],
                }
            )
        return {"configOptions": options}

    def _legacy(self) -> dict[str, object]:
        modes = [{"id": each, "name": each} for each in VALUES["mode"]]
        models = [{"modelId": each, "name": each} for each in VALUES["model"]]
        return {
            "modes": {"currentModeId": self.chosen["mode"], "availableModes": modes},
            "models": {"currentModelId": self.chosen["model"], "availableModels": models},
        }
