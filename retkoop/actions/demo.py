"""The demonstration département."""


def make_demo(today, storage):
    raise NotImplementedError


def identifiers():
    return ""
