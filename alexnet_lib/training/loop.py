"""Training: `fit` runs the loop that lesson 5 writes out; it can be timed, stopped and resumed."""

from alexnet_lib.training.batches import augment, normalise
from alexnet_lib.training.mishaps import finishing_the_step, halving_the_batch
from alexnet_lib.training.plan import train_step
from alexnet_lib.training.run import Run


def fit(
    model,
    data,
    seconds=None,
    epochs=None,
    lr=2e-3,
    batch=64,
    seed=0,
    plan=None,
    prepare=normalise,
    pad=2,
    validate=5.0,
    on_progress=None,
    checkpoint=None,
    resume=False,
):
    """Train the model in place on `data` (`data.Images`) and return the History.

    The model ends in evaluation mode. It stops after `seconds` or `epochs` (whichever comes first,
    but not before one step), when `on_progress(history)`, called about twice a second, returns
    True, or when the reader interrupts the kernel; what was learned stays. The plan is chosen by
    measuring unless given; give one, and epochs, for the same weights from the same seed. `prepare`
    turns a uint8 batch into the network's input. `validate` is the least time between validations,
    None for none. With `checkpoint`, a path, the run is saved there every half minute and at the
    end; with `resume` it goes on from it. Raises ValueError for impossible settings,
    FloatingPointError when the loss is no longer a number.
    """
    run = Run(
        model, data, seconds, epochs, lr, batch, seed, plan, prepare, validate, checkpoint, resume
    )
    with finishing_the_step(run):
        while not run.over():
            picked = run.next_batch()
            with halving_the_batch(run):
                x = run.plan.batch(prepare(augment(run.images[picked], run.generator, pad)))
                y = run.labels[picked]
                loss, right = train_step(model, run.adam, run.scaler, run.plan, x, y)
                run.count(loss, right, len(picked))
            if run.reading_is_due():
                run.read(on_progress)
    with finishing_the_step(run):
        run.finish(on_progress)
    return run.history
