"""The flow that Viewflow runs in `benchmarks.two_step`."""

from viewflow import this
from viewflow.workflow import flow, lock


def begin(activation):
    return activation.process


class TwoStep(flow.Flow):
    lock_impl = lock.select_for_update_lock

    begin = flow.StartHandle(begin).Next(this.one)
    one = flow.View(begin).Next(this.two)
    two = flow.View(begin).Next(this.end)
    end = flow.End()
