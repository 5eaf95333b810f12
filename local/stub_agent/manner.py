"""How the agent starts: the JSON object of the variable STUB_AGENT, `{}` where there is none.

{"crash_at": "initialize"}     exit with status 9 when that method is called; "start" at once
{"hang_at": "session/new"}     never answer that method
{"wait_at": …}                 answer it when a file `go` is in its folder
{"login": "api-key"}           session/new wants this login first; more are offered
{"load": false}                cannot load sessions
{"resume": true}               can resume them
{"rooted": true}               a session that goes on fails at its prompt
{"legacy": true}               modes and models instead of options; "no_options": neither
{"version": 2}                 the protocol version that it answers
{"stderr_mb": 20}              so much of it, before anything else
"""

import json
import os
from collections.abc import Mapping

Manner = Mapping[str, object]


def manner() -> Manner:
    told = json.loads(os.environ.get("STUB_AGENT", "{}"))
    return told if isinstance(told, dict) else {}
