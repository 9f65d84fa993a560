"""The same two steps in Viewflow 2, locked and committed step by step."""


def viewflow():
    """Return a function that takes processes through both steps."""
    from benchmarks import database

    database.connect()
    from django.contrib.auth.models import User
    from django.db import transaction

    from benchmarks.flows import TwoStep

    bob = User.objects.get(username="bob")

    def work(pieces: int) -> None:
        for _ in range(pieces):
            with transaction.atomic():
                process = TwoStep.begin.run()
            for node in (TwoStep.one, TwoStep.two):
                with TwoStep.lock(process.pk):
                    task = process.task_set.get(flow_task=node)
                    with task.activation() as activation:
                        activation.assign(user=bob)
                        activation.start(request=None)
                        activation.execute()

    return work
