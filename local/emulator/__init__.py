"""An AWS account on loopback: the emulator as a child process, with template.yaml in it."""
