"""Training: `fit` runs the loop that lesson 5 writes out, within a time budget; it can be stopped and resumed."""

from alexnet_lib.training.batches import augment, normalise
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
    """Train the model in place on `data` (`data.Images`) and return the History; the model ends in evaluation mode.

    It stops after `seconds` or `epochs` (whichever comes first, but not before one step), when
    `on_progress(history)`, called about twice a second, returns True, or when the reader interrupts
    the kernel; what was learned stays. The plan is chosen by measuring unless given; give one, and
    epochs, for the same weights from the same seed. `prepare` turns a uint8 batch into the
    network's input. `validate` is the least time between validations, None for none. With
    `checkpoint`, a path, the run is saved there every half minute and at the end; with `resume` it
    goes on from it. Raises ValueError for impossible settings, FloatingPointError when the loss is
    no longer a number.
    """
    run = Run(
        model, data, seconds, epochs, lr, batch, seed, plan, prepare, validate, checkpoint, resume
    )
    with run.finishing_the_step_when_interrupted():
        while not run.over():
            picked = run.next_batch()
            try:
                x = run.plan.batch(prepare(augment(run.images[picked], run.generator, pad)))
                loss, right = train_step(
                    model, run.adam, run.scaler, run.plan, x, run.labels[picked]
                )
            except RuntimeError as error:
                run.halve_the_batch(error)
                continue
            run.count(loss, right, len(picked))
            if run.reading_is_due():
                run.read(on_progress)
    with run.finishing_the_step_when_interrupted():
        run.finish(on_progress)
    return run.history
