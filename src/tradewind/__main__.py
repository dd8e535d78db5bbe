"""``python -m tradewind``: the command line."""

from tradewind.cli.main import console

if __name__ == "__main__":
    console()
