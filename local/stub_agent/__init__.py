"""A coding agent without a model: it does what a script in its prompt says, over ACP or as a
command that runs once. It needs nothing but Python, so that it runs in any container too.

    Please mend it. SCRIPT=[{"think": "Hm."}, {"write": {"path": "a.txt", "text": "mended"}}]

What a script can say is in `steps.py`; without one the agent writes a small file. How it starts is
told by the variable STUB_AGENT, see `manner.py`.
"""
