"""python -m local.model_server --port 18080: the scripted model in a terminal, until Ctrl-C."""

import argparse
import contextlib
import threading

from local.model_server.server import model_server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.model_server", description=__doc__)
    parser.add_argument("--port", type=int, default=18080)
    with model_server(parser.parse_args().port) as model, contextlib.suppress(KeyboardInterrupt):
        print(f"scripted model at {model.url}, key {model.key}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
