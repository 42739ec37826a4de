"""Whatever is done, in whatever order, the fiches, their dates and the queue are as a model in plain Python says."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.worklist.machine import Everything


@pytest.mark.usefixtures("rolled_back")
def test_whatever_is_done_everything_is_as_the_model_says() -> None:
    run_state_machine_as_test(
        Everything,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
