"""The assertions of the contracts say what they compared, as those of tests do."""

import pytest

pytest.register_assert_rewrite("holdfast.testing.contracts")
