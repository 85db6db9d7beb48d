"""What the server and the `flask` command start from."""

from retkoop.application import create_app

app = create_app()
