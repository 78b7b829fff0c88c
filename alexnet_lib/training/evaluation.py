"""What a trained network answers on images that it has not learned from, and its mistakes."""

from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch.nn import functional as F

from alexnet_lib.training.batches import normalise
from alexnet_lib.training.plan import Plan


class Evaluation(NamedTuple):
    """Share of right answers, mean cross-entropy; each image's answer and its probability (CPU)."""

    accuracy: float
    loss: float
    predictions: torch.Tensor
    confidences: torch.Tensor


@contextmanager
def evaluating(model):
    """The model in evaluation mode, without gradients; afterwards again in the mode it was in."""
    training = model.training
    try:
        with torch.no_grad():
            yield model.eval()
    finally:
        model.train(training)


def evaluate(model, images, labels, plan=None, prepare=normalise, batch=256):
    """Ask the model in evaluation mode about uint8 images (N, C, H, W) with labels (N,).

    Without a plan, in float32 on the model's device. The model is left in the mode it was in.
    Raises ValueError when there are no images.
    """
    if len(images) == 0:
        raise ValueError("there are no images to evaluate")
    plan = plan or Plan(next(model.parameters()).device)
    with evaluating(model), plan.autocast():
        parts = [model(plan.batch(prepare(part.to(plan.device)))) for part in images.split(batch)]
    scores, labels = torch.cat(parts).float().cpu(), labels.cpu()  # (N, classes)
    confidences, predictions = scores.softmax(1).max(1)
    right = (predictions == labels).float().mean().item()
    return Evaluation(right, F.cross_entropy(scores, labels).item(), predictions, confidences)


def confusion(labels, predictions, classes):
    """How often class i (row) was answered as class j (column): int64 (classes, classes).

    Raises ValueError when a label or an answer is none of the classes.
    """
    for what, numbers in (("label", labels), ("answer", predictions)):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < classes:
            raise ValueError(
                f"with {classes} classes every {what} is from 0 to {classes - 1}, "
                f"not {numbers.max()}"
            )
    if len(labels) != len(predictions):
        raise ValueError(f"there are {len(labels)} labels and {len(predictions)} answers")
    pairs = labels.cpu().long() * classes + predictions.cpu().long()
    return pairs.bincount(minlength=classes * classes).view(classes, classes)


def confident_mistakes(evaluation, labels, count=8):
    """The places of the wrong answers, the most confident first: int64, at most `count` of them."""
    wrong = torch.nonzero(evaluation.predictions != labels.cpu()).flatten()
    return wrong[evaluation.confidences[wrong].argsort(descending=True, stable=True)][:count]
