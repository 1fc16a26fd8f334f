"""The entry: the halt leaves here before anything heavy is imported."""

import sys


def main() -> int:
    """Run `killcord ARGUMENTS` and return its exit status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["halt"]:
        from console.commands.halt import main as halt  # noqa: PLC0415 - standard library only

        return halt(arguments[1:])
    from console.commands import processes  # noqa: PLC0415 - not for a halt

    if arguments[:1] in processes.SHORT:
        return processes.main(arguments)
    from console.cli import main as command  # noqa: PLC0415 - only now what is heavier

    return command(arguments)


if __name__ == "__main__":
    sys.exit(main())
