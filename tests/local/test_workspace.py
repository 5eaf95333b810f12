from local.slack.workspace import Workspace


def test_timestamps_never_repeat_and_never_go_back() -> None:
    space = Workspace()
    made = [space.new_ts() for _ in range(1000)]
    assert sorted(set(made)) == made


def test_listener_hears_until_it_is_forgotten() -> None:
    space, heard = Workspace(), list[int]()
    forget = space.listeners.add(lambda: heard.append(1))
    space.say("C0GENERAL1", "U0ADA00001", "one")
    forget()
    space.say("C0GENERAL1", "U0ADA00001", "two")
    assert heard == [1]


def test_thread_is_its_root_and_its_replies() -> None:
    space = Workspace()
    root = space.say("C0GENERAL1", "U0ADA00001", "root")
    reply = space.say("C0GENERAL1", "U0BEN00001", "reply", thread_ts=root.ts)
    space.say("C0GENERAL1", "U0BEN00001", "elsewhere")
    assert space.posts("C0GENERAL1", root.ts) == [root, reply]
