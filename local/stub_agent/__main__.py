import sys

from local.stub_agent import acp, once

if __name__ == "__main__":
    match sys.argv[1:2]:
        case ["acp"]:
            acp.serve()
        case ["run"]:
            sys.exit(once.run(sys.argv[2:]))
        case _:
            sys.exit("usage: python -m local.stub_agent acp | run [options] [prompt]")
