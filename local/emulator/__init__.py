"""An AWS account on loopback: the emulator as a child process, and template.yaml deployed into it."""
