"""The people of the hostile tests are those of the screens' tests."""

from tests.views.conftest import browse, mandataire, verifier, year

__all__ = ["browse", "mandataire", "verifier", "year"]
