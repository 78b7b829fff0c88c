"""What may come between a run and its next step: the reader's interruption, and full memory."""

import signal
import threading
from contextlib import contextmanager

from alexnet_lib.training.device import is_out_of_memory, release
from alexnet_lib.training.plan import optimiser


@contextmanager
def finishing_the_step(run):
    """Let an interruption end the run after the step at hand, so that nothing is lost.

    A second one ends it at once: then a step may be half done, and what was last saved is the
    better place to go on from. Python hands signals to the main thread alone; in another the run is
    stopped by `on_progress`.
    """

    def stop(*_):
        if run.stopped:
            raise KeyboardInterrupt
        run.stopped = True
        run.history.notes.append("You stopped it; what was learned so far is kept.")

    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, stop) if here else None
    try:
        yield
    except KeyboardInterrupt:
        run.stopped = run.torn = True
    finally:
        if here:
            signal.signal(signal.SIGINT, before)


@contextmanager
def halving_the_batch(run):
    """If a step runs out of memory: free what it holds, halve the batch and say so.

    Any other error, and a batch of one that does not fit, is raised.
    """
    try:
        yield
    except RuntimeError as error:
        if not is_out_of_memory(error) or run.batch == 1:
            raise
        run.adam.zero_grad()
        release(error, run.plan.device)
        _begin_again(run)
        run.batch //= 2
        run.tell(f"The device was out of memory: training goes on with batches of {run.batch}.")


def _begin_again(run):
    """A fresh scaler with the old scale, as one that broke off in a step refuses the next.

    Before the first step Adam is fresh, too: it may have half of what it keeps.
    """
    scale, run.scaler = run.scaler.state_dict(), run.plan.scaler()
    if scale:
        run.scaler.load_state_dict(scale)
    if run.step == 0:
        run.adam = optimiser(run.model, run.lr)
